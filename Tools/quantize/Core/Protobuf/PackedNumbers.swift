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

  private let message: FileSlice
  private let field: Int
  private let element: Element
  /// The number of numbers.
  private(set) var count = 0

  /// Counts the numbers of field `field` of a message.
  init(_ message: FileSlice, field: Int, element: Element) throws {
    self.message = message
    self.field = field
    self.element = element
    var total = 0
    try forEachField { packed in
      total += packed.count / element.rawValue
    } single: { _ in
      total += 1
    }
    count = total
  }

  /// The numbers in order, as Float32.
  func values() throws -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(count)
    try forEachField { packed in
      values += packed.floats(element)
    } single: { number in
      values.append(number)
    }
    return values
  }

  private func forEachField(_ packed: (FileSlice) -> Void, single: (Float) -> Void) throws {
    var fields = ProtobufFields(message)
    while let (number, value) = try fields.next() {
      guard number == field else { continue }
      switch value {
      case .bytes(let bytes) where bytes.count % element.rawValue == 0: packed(bytes)
      case .fixed32(let bits) where element == .single: single(Float(bitPattern: bits))
      case .fixed64(let bits) where element == .double: single(Float(Double(bitPattern: bits)))
      default: throw ProtobufError.malformed
      }
    }
  }
}

extension FileSlice {
  /// The numbers that the bytes make, little endian, as Float32.
  func floats(_ element: PackedNumbers.Element) -> [Float] {
    switch element {
    case .single: values(Float.self)
    case .double: values(Double.self).map { Float($0) }
    }
  }
}
