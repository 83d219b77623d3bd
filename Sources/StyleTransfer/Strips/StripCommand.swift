internal import Rows

/// What the leading process tells the others to do next.
package struct StripCommand: BitwiseCopyable {
  /// What is done.
  package enum Kind: Int64 {
    /// Compares digests (`Transfer.disagreement`).
    case agree
    /// Takes the shares of the rows.
    case share
    /// Tells each process's `PlannedStrip`.
    case plan
    /// Measures a scale: `first` is its place.
    case scale
    /// Takes all rows of a scale's image, from which the next one starts: `first` is its place.
    case handOver
    /// Measures the image.
    case measure
    /// Judges the last change by the loss `number`; `first` is 1 at the end of a run.
    case shorten
    /// Sends the gradient back after the loss `number`; `first` is 1 where the image stays as it is.
    case sendBack
    /// Looks whether all numbers of the image are finite.
    case isFinite
    /// Gives rows `first..<end` of the image.
    case giveImage
    /// Gives rows `first..<end` of the optimizer's state.
    case giveState
    /// Takes such rows.
    case takeImage
    case takeState
    /// Takes `first` numbers of the optimizer.
    case takeNumbers
    /// Gives its part of rows `first..<end` of the upright picture.
    case givePicture
    /// Ends the run.
    case leave
  }

  private let code: Int64
  /// Numbers whose meaning the kind says.
  package var first, end: Int
  package var number: Double

  /// A command.
  package init(_ kind: Kind, first: Int = 0, end: Int = 0, number: Double = 0) {
    code = kind.rawValue
    (self.first, self.end, self.number) = (first, end, number)
  }

  /// What is done.
  package var kind: Kind { Kind(rawValue: code) ?? .leave }
}

extension Communicator {
  /// Tells the other processes what is done next; does nothing in these.
  package func tell(_ command: StripCommand) {
    guard leads else { return }
    var command = command
    if command.kind == .scale { hasBegun = true }
    withUnsafe(&command) { broadcast($0, from: 0) }
  }

  /// Waits for what is done next.
  package func nextCommand() -> StripCommand {
    var command = StripCommand(.leave)
    withUnsafe(&command) { broadcast($0, from: 0) }
    return command
  }

  /// Calls `body` with the bytes of a value.
  func withUnsafe<Value: BitwiseCopyable>(
    _ value: inout Value, _ body: (MemorySlice<UInt8>) -> Void
  ) {
    unsafe withUnsafeMutableBytes(of: &value) { buffer in
      guard let base = buffer.baseAddress else { return }
      unsafe body(
        MemorySlice(base: base.assumingMemoryBound(to: UInt8.self), count: buffer.count))
    }
  }
}
