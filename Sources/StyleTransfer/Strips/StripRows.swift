internal import Rows

extension Communicator {
  /// Shows all rows of the processes' images to each of them, in order.
  ///
  /// - Parameters:
  ///   - image: of this process; nil where it has none.
  ///   - strips: of the processes that have one.
  ///   - rowLength: numbers of a row.
  ///   - memory: for `StripRows.most` rows.
  ///   - body: called with rows and their numbers.
  func visit(
    _ image: StateRows<Float>?, strips: [Range<Int>], rowLength: Int, memory: MemorySlice<Float>,
    _ body: (Range<Int>, MemorySlice<Float>) -> Void
  ) {
    for (owner, strip) in strips.enumerated() {
      for first in stride(from: strip.lowerBound, to: strip.upperBound, by: StripRows.most) {
        let rows = first..<min(first + StripRows.most, strip.upperBound)
        let part = memory[0..<rows.count * rowLength]
        if owner == rank, let image { part.copy(image[rows]) }
        broadcast(part.bytes, from: owner)
        if owner == rank { count(part.bytes.count) }
        body(rows, part)
      }
    }
  }
}

/// Rows of all processes, a few at a time, in order.
final class StripRows {
  /// Most rows that go from one process to another at once.
  static let most = 64

  private let strip: Strip
  private let memory: MemorySlice<UInt8>

  /// Rows of the processes of a strip; `memory` is that of `SessionLayout.givenRows`.
  init(_ strip: Strip, memory: MemorySlice<UInt8>) {
    self.strip = strip
    self.memory = memory
  }

  /// Shows all rows to the leading process.
  func visit<Element: BitwiseCopyable, Failure: Error>(
    _ rows: StateRows<Element>, give: StripCommand.Kind,
    _ body: (MemorySlice<Element>) throws(Failure) -> Void
  ) throws(Failure) {
    try walk(rows) { (batch, part, owner) throws(Failure) in
      if let owner {
        strip.communicator?.tell(StripCommand(give, first: batch.lowerBound, end: batch.upperBound))
        strip.communicator?.receive(part.bytes, from: owner)
      }
      try body(part)
    }
  }

  /// Lets the leading process set all rows.
  func update<Element: BitwiseCopyable, Failure: Error>(
    _ rows: StateRows<Element>, take: StripCommand.Kind,
    _ body: (MemorySlice<Element>) throws(Failure) -> Void
  ) throws(Failure) {
    try walk(rows) { (batch, part, owner) throws(Failure) in
      try body(part)
      if let owner {
        strip.communicator?.tell(StripCommand(take, first: batch.lowerBound, end: batch.upperBound))
        strip.communicator?.send(part.bytes, to: owner)
      }
    }
  }

  /// Goes through all rows in order: its own in their place, those of another process, which is named, in memory for them.
  private func walk<Element: BitwiseCopyable, Failure: Error>(
    _ rows: StateRows<Element>,
    _ body: (Range<Int>, MemorySlice<Element>, Int?) throws(Failure) -> Void
  ) throws(Failure) {
    var batch = strip.batch(from: 0, most: Self.most)
    while !batch.isEmpty {
      if strip.own.contains(batch.lowerBound) {
        try body(batch, rows[batch], nil)
      } else {
        let part = memory.elements(Element.self, count: batch.count * rows.rowLength)
        try body(batch, part, strip.owner(of: batch.lowerBound))
      }
      batch = strip.batch(from: batch.upperBound, most: Self.most)
    }
  }

  /// Gives rows to the leading process where they are this one's.
  func give<Element>(_ rows: StateRows<Element>, _ batch: Range<Int>) {
    guard strip.own.contains(batch.lowerBound) else { return }
    strip.communicator?.send(rows[batch].bytes, to: 0)
  }

  /// Takes rows from it where they are this one's.
  func take<Element>(_ rows: StateRows<Element>, _ batch: Range<Int>) {
    guard strip.own.contains(batch.lowerBound) else { return }
    strip.communicator?.receive(rows[batch].bytes, from: 0)
  }
}
