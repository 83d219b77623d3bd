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
  var bytes: Int { (codeOffset + 2 * history * rowLength * historyBits.rawValue / 8 + 7) & ~7 }
}

/// A row of the state.
///
/// Vectors are numbered: changes s of the values, then changes y of the gradient.
struct LBFGSRow<Code: FixedWidthInteger & SignedInteger & BitwiseCopyable> {
  private let bytes: MemorySlice<UInt8>
  private let layout: LBFGSLayout

  init(_ state: MemorySlice<UInt8>, _ layout: LBFGSLayout, _ row: Int) {
    bytes = state[row * layout.bytes..<(row + 1) * layout.bytes]
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
