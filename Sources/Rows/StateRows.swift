/// Rows of numbers that last from pass to pass: all of them in memory, as they are or packed, or in a file; of the latter a few
/// at a time are in memory.
///
/// A pass asks for rows with `read` before it uses them and says with `write` which it has changed, on one thread; in
/// between, any thread may use them. Where all rows are in memory, neither does anything. A strip keeps some of all rows, in memory.
public final class StateRows<Element: BitwiseCopyable> {
  /// The place of rows: in memory; or packed or in a file, with a window of some rows in memory.
  public struct Layout: Sendable {
    /// All rows.
    public let rows: Int
    /// Those that are kept.
    public let kept: Range<Int>
    /// Elements of a row.
    public let rowLength: Int
    /// Rows that are in memory at once.
    public let capacity: Int
    /// In the file; nil where rows are in memory.
    let offset: Int?
    /// nil where rows are not packed.
    let packed: PackedRows<Element>.Layout?
    private let reservation: Reservation<Element>

    /// Reserves memory for all rows, or where there is a file room in it for them and memory for a window.
    ///
    /// - Parameters:
    ///   - rows: all rows.
    ///   - rowLength: elements of a row.
    ///   - window: most rows that a pass uses at once.
    ///   - memory: of the window, or of all rows.
    ///   - file: nil keeps all in memory.
    public init(
      rows: Int, rowLength: Int, window: Int, memory: inout ArenaPlan, file: inout RowFilePlan?
    ) {
      self.rows = rows
      kept = 0..<rows
      self.rowLength = rowLength
      offset = file?.reserve(rows * rowLength * MemoryLayout<Element>.stride)
      packed = nil
      capacity = offset == nil ? rows : min(window, rows)
      reservation = memory.reserve(capacity * rowLength, of: Element.self)
    }

    /// Reserves memory for all rows, packed: half of what they take as they are, and a window.
    ///
    /// They are written in order.
    public init(packing rows: Int, rowLength: Int, window: Int, memory: inout ArenaPlan) {
      (self.rows, kept, self.rowLength, offset) = (rows, 0..<rows, rowLength, nil)
      packed = PackedRows.Layout(rows: rows, rowLength: rowLength, memory: &memory)
      capacity = min(window, rows)
      reservation = memory.reserve(capacity * rowLength, of: Element.self)
    }

    /// Reserves memory for some of all rows.
    public init(rows: Int, kept: Range<Int>, rowLength: Int, memory: inout ArenaPlan) {
      (self.rows, self.kept, self.rowLength, offset, packed) = (rows, kept, rowLength, nil, nil)
      capacity = kept.count
      reservation = memory.reserve(kept.count * rowLength, of: Element.self)
    }

    /// Rows that are somewhere in memory.
    init(rows: Int, rowLength: Int) {
      (self.rows, self.rowLength, capacity, offset, packed) = (rows, rowLength, rows, nil, nil)
      kept = 0..<rows
      reservation = Reservation(offset: 0, count: rows * rowLength)
    }

    private init(_ other: Layout, capacity: Int, reservation: Reservation<Element>) {
      (rows, kept, rowLength, offset) = (other.rows, other.kept, other.rowLength, other.offset)
      packed = other.packed
      self.capacity = capacity
      self.reservation = reservation
    }

    /// The same rows with another window, so that a pass can be at two places; the same memory where all are there.
    public func view(window: Int, memory: inout ArenaPlan) -> Layout {
      guard offset != nil else { return self }
      let capacity = min(window, rows)
      return Layout(
        self, capacity: capacity,
        reservation: memory.reserve(capacity * rowLength, of: Element.self))
    }

    /// Bytes of all rows, kept or not.
    public var bytes: Int { rows * rowLength * MemoryLayout<Element>.stride }

    /// Bytes of what is in memory.
    public var memoryBytes: Int {
      capacity * rowLength * MemoryLayout<Element>.stride + (packed?.bytes ?? 0)
    }

    func slice(of memory: Arena) -> MemorySlice<Element> { memory.slice(reservation) }
  }

  private let layout: Layout
  private let memory: Arena?
  private let file: RowFile?
  private let packed: PackedRows<Element>?
  /// Of all rows, or of the window.
  private let elements: MemorySlice<Element>
  /// The first row that is in memory.
  private var first: Int
  /// Rows from the first one on that are in the file; those behind read as zeros.
  private var written: Int

  /// Rows of a layout.
  ///
  /// - Parameters:
  ///   - layout: their place.
  ///   - memory: made of the layout's plan.
  ///   - file: of the layout's room; not used where it has none.
  ///   - isBlank: whether rows are zeros until they are first written, in order; else what is in the file.
  public init(_ layout: Layout, memory: Arena, file: RowFile?, isBlank: Bool = false) {
    self.layout = layout
    self.memory = memory
    self.file = layout.offset == nil ? nil : file
    precondition(layout.offset == nil || file != nil, "rows in a file have one")
    packed = layout.packed.map { PackedRows($0, memory: memory) }
    elements = layout.slice(of: memory)
    first = layout.kept.lowerBound
    written = isBlank ? 0 : layout.rows
  }

  /// Rows in memory that the caller keeps.
  public init(_ elements: MemorySlice<Element>, rowLength: Int) {
    precondition(elements.count % rowLength == 0, "whole rows")
    layout = Layout(rows: elements.count / rowLength, rowLength: rowLength)
    (memory, file, packed) = (nil, nil, nil)
    self.elements = elements
    first = 0
    written = layout.rows
  }

  /// Rows of zeros in memory of their own.
  ///
  /// - Throws: `MemoryError.refused`.
  public convenience init(rows: Int, rowLength: Int) throws(MemoryError) {
    var plan = ArenaPlan()
    var none: RowFilePlan?
    let layout = Layout(
      rows: rows, rowLength: rowLength, window: rows, memory: &plan, file: &none)
    self.init(layout, memory: try Arena(plan), file: nil)
  }

  /// All rows.
  public var rows: Int { layout.rows }
  /// Those that are kept.
  public var kept: Range<Int> { layout.kept }
  /// Elements of a row.
  public var rowLength: Int { layout.rowLength }
  /// Rows that are in memory at once.
  public var capacity: Int { layout.capacity }

  /// Bytes of all rows, kept or not.
  public var bytes: Int { layout.bytes }
  /// The `errno` of the file's first call that failed; nil where none has.
  public var failure: Int32? { file?.failure }

  /// All elements where they are in memory; nil where they are packed or in a file, or some are not kept.
  public var whole: MemorySlice<Element>? {
    !hasWindow && kept.count == rows ? elements : nil
  }

  /// Whether rows that were to be packed have found no room, and are lost.
  public var isFull: Bool { packed?.isFull ?? false }

  private var hasWindow: Bool { file != nil || packed != nil }

  // MARK: Windows

  /// Rows from `first` on that can be in memory at once; empty behind the last one.
  public func batch(from first: Int) -> Range<Int> {
    first..<min(first + capacity, kept.upperBound)
  }

  /// A row that was read or placed.
  public func row(_ y: Int) -> MemorySlice<Element> { self[y..<y + 1] }

  /// Neighbouring rows that were read or placed.
  public subscript(range: Range<Int>) -> MemorySlice<Element> {
    elements[(range.lowerBound - first) * rowLength..<(range.upperBound - first) * rowLength]
  }

  /// Makes room in memory for rows that will be set, whatever they were.
  public func place(_ range: Range<Int>) {
    guard hasWindow else { return }
    precondition(range.count <= capacity, "the window is high enough")
    first = range.lowerBound
  }

  /// Brings rows into memory; those that are there are there no more.
  public func read(_ range: Range<Int>) {
    place(range)
    if let packed {
      for y in range { packed.read(y, into: row(y)) }
    }
    guard let file else { return }
    let stored = range.clamped(to: 0..<max(written, range.lowerBound))
    file.read(self[stored].bytes, at: place(of: stored.lowerBound))
    self[stored.upperBound..<range.upperBound].clear()
    let next = batch(from: range.upperBound).clamped(to: 0..<written)
    file.willRead(next.count * rowBytes, at: place(of: next.lowerBound))
  }

  /// Keeps rows that are in memory and were changed.
  public func write(_ range: Range<Int>) {
    if let packed {
      for y in range { packed.write(row(y), at: y) }
    }
    guard let file else { return }
    let place = place(of: range.lowerBound)
    self[range].withSpan { unsafe file.write($0.bytes, at: place) }
    written = max(written, range.upperBound)
  }

  /// Keeps rows of which two parts alone were changed, since they were read or before they are first written.
  public func write(_ range: Range<Int>, parts: [2 of Range<Int>]) {
    guard let file else { return }
    guard range.upperBound <= written else { return write(range) }
    for y in range {
      for i in parts.indices where !parts[i].isEmpty {
        let place = place(of: y, column: parts[i].lowerBound)
        row(y)[parts[i]].withSpan { unsafe file.write($0.bytes, at: place) }
      }
    }
  }

  /// Makes all rows zero.
  public func clear() {
    precondition(packed == nil, "packed rows are written in order")
    guard file != nil else { return elements.clear() }
    written = 0
  }

  private var rowBytes: Int { rowLength * MemoryLayout<Element>.stride }

  /// The place of an element in the file.
  private func place(of row: Int, column: Int = 0) -> Int {
    (layout.offset ?? 0) + row * rowBytes + column * MemoryLayout<Element>.stride
  }

  // MARK: Passes

  /// Reads all rows that are kept in order, and shows as many at once as can be.
  public func visit<Failure: Error>(
    _ body: (Range<Int>, MemorySlice<Element>) throws(Failure) -> Void
  ) throws(Failure) {
    var rows = batch(from: kept.lowerBound)
    while !rows.isEmpty {
      read(rows)
      try body(rows, self[rows])
      rows = batch(from: rows.upperBound)
    }
  }

  /// The same, and keeps what `body` makes of them; their old elements are not read where it sets all.
  public func update<Failure: Error>(
    setsAll: Bool = false, _ body: (Range<Int>, MemorySlice<Element>) throws(Failure) -> Void
  ) throws(Failure) {
    var rows = batch(from: kept.lowerBound)
    while !rows.isEmpty {
      if setsAll { place(rows) } else { read(rows) }
      try body(rows, self[rows])
      write(rows)
      rows = batch(from: rows.upperBound)
    }
  }

  // MARK: Parts of rows

  /// Copies columns of some rows, `[rows][columns]`, whatever is in memory.
  public func copy(columns: Range<Int>, of rows: Range<Int>, into target: MemorySlice<Element>) {
    precondition(packed == nil, "packed rows are read as a whole")
    for (index, y) in rows.enumerated() {
      let part = target[index * columns.count..<(index + 1) * columns.count]
      if let file {
        file.read(part.bytes, at: place(of: y, column: columns.lowerBound))
      } else {
        part.copy(row(y)[columns])
      }
    }
  }

  /// Sets columns of some rows, `[rows][columns]`, whatever is in memory; rows that are not kept are left out.
  public func set(columns: Range<Int>, of rows: Range<Int>, to source: Span<Element>) {
    precondition(packed == nil, "packed rows are written as a whole")
    for (index, y) in rows.enumerated() where kept.contains(y) {
      let part = source.extracting(index * columns.count..<(index + 1) * columns.count)
      if let file {
        unsafe file.write(part.bytes, at: place(of: y, column: columns.lowerBound))
      } else {
        row(y)[columns].copy(part)
      }
    }
  }
}

extension StateRows where Element == Float {
  /// Whether all elements are finite.
  public var isFinite: Bool {
    var isFinite = true
    visit { (_, part) in isFinite = isFinite && part.isFinite }
    return isFinite
  }
}
