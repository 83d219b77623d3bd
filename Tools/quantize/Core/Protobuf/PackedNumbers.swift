/// Numbers of a protocol buffer message that lie in its fields packed or one by one, and where.
///
/// Only places are kept; `values` walks the message again, so that nothing is copied before its size
/// has been compared with the shape.
struct PackedNumbers {
  /// Float32 or Float64.
  enum Element: Int {
    case single = 4
    case double = 8
  }

  private let message: UnsafeRawBufferPointer
  private let field: Int
  private let element: Element
  /// How many numbers there are.
  private(set) var count = 0

  /// Counts the numbers of field `field` of a message.
  init(_ message: UnsafeRawBufferPointer, field: Int, element: Element) throws(ProtobufError) {
    self.message = message
    self.field = field
    self.element = element
    var total = 0
    try forEachSlice { total += $0.count }
    count = total / element.rawValue
  }

  /// The numbers in order, as Float32.
  func values() throws(ProtobufError) -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(count)
    try forEachSlice { slice in
      for offset in stride(from: 0, to: slice.count, by: element.rawValue) {
        switch element {
        case .single: values.append(slice.loadUnaligned(fromByteOffset: offset, as: Float.self))
        case .double:
          values.append(Float(slice.loadUnaligned(fromByteOffset: offset, as: Double.self)))
        }
      }
    }
    return values
  }

  private func forEachSlice(
    _ body: (UnsafeRawBufferPointer) -> Void
  ) throws(ProtobufError) {
    var fields = ProtobufFields(message)
    while let (number, value) = try fields.next() {
      guard number == field else { continue }
      switch value {
      case .bytes(let bytes):
        guard bytes.count % element.rawValue == 0 else { throw .malformed }
        body(bytes)
      case .fixed32(let bits) where element == .single:
        withUnsafeBytes(of: bits) { body($0) }
      case .fixed64(let bits) where element == .double:
        withUnsafeBytes(of: bits) { body($0) }
      default: throw .malformed
      }
    }
  }
}
