internal import Rows

/// The parts of a row's state.
struct LBFGSLayout {
  /// Numbers that share a scale.
  static let block = 256

  let rowLength, history, blocks: Int
  let historyBits: LBFGSSettings.HistoryBits

  init(rowLength: Int, _ settings: LBFGSSettings) {
    self.rowLength = rowLength
    history = settings.history
    historyBits = settings.historyBits
    blocks = (rowLength + Self.block - 1) / Self.block
  }

  func range(_ block: Int) -> Range<Int> {
    let first = block * Self.block
    return first..<min(first + Self.block, rowLength)
  }

  /// The gradient with all vectors and itself, then both of the pending pair with all vectors.
  var productCount: Int { 6 * history + 1 }

  // In order: products, scales, the gradient's codes, the vectors' codes.
  var scaleOffset: Int { productCount * MemoryLayout<Double>.stride }
  var gradientOffset: Int {
    scaleOffset + (2 * history + 1) * blocks * MemoryLayout<Float>.stride
  }
  var codeOffset: Int { gradientOffset + rowLength * MemoryLayout<Int16>.stride }
  /// Bytes of a vector's codes.
  var codeBytes: Int { rowLength * historyBits.rawValue / 8 }

  /// The parts of a row that receiving a gradient changes: all before the codes, and those of a change y.
  func receivedParts(_ vector: Int?) -> [2 of Range<Int>] { [0..<codeOffset, codes(vector)] }

  /// The parts of a row that moving it changes: scales, and the codes of a change s.
  func movedParts(_ vector: Int) -> [2 of Range<Int>] {
    [scaleOffset..<gradientOffset, codes(vector)]
  }

  /// The place of a vector's codes.
  private func codes(_ vector: Int?) -> Range<Int> {
    guard let vector else { return 0..<0 }
    return codeOffset + vector * codeBytes..<codeOffset + (vector + 1) * codeBytes
  }

  var bytes: Int { (codeOffset + 2 * history * codeBytes + 7) & ~7 }
}

/// A row of the state.
///
/// Vectors are numbered: changes s of the values, then changes y of the gradient.
struct LBFGSRow<Code: FixedWidthInteger & SignedInteger & BitwiseCopyable> {
  private let bytes: MemorySlice<UInt8>
  private let layout: LBFGSLayout

  init(_ state: MemorySlice<UInt8>, _ layout: LBFGSLayout) {
    bytes = state
    self.layout = layout
  }

  var products: MemorySlice<Double> { bytes.elements(Double.self, count: layout.productCount) }
  /// Scales of the gradient's blocks.
  var gradientScales: MemorySlice<Float> { scales(2 * layout.history) }
  /// Scales of a vector's blocks.
  func scales(_ vector: Int) -> MemorySlice<Float> {
    let size = layout.blocks * MemoryLayout<Float>.stride
    return bytes.elements(
      Float.self, at: layout.scaleOffset + vector * size, count: layout.blocks)
  }
  var gradient: MemorySlice<Int16> {
    bytes.elements(Int16.self, at: layout.gradientOffset, count: layout.rowLength)
  }
  func codes(_ vector: Int) -> MemorySlice<Code> {
    let size = layout.rowLength * MemoryLayout<Code>.stride
    return bytes.elements(
      Code.self, at: layout.codeOffset + vector * size, count: layout.rowLength)
  }
}
