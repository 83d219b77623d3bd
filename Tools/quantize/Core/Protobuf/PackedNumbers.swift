internal import QuantVGG

/// Numbers of a protocol buffer message that lie in its fields packed or one by one, and where.
///
/// Only places are kept; `values` walks the message again, so that nothing is copied before its size
/// has been compared with the shape.
struct PackedNumbers {
  private let message: FileSlice
  private let field: Int
  private let type: NumberType
  /// Whether the format has the numbers' bits as integers, as it has those of 16 bits and less.
  private var isInteger: Bool { type.size < 4 }
  /// The number of numbers.
  private(set) var count = 0

  /// Counts the numbers of field `field` of a message.
  ///
  /// - Throws: `ProtobufError`.
  init(_ message: FileSlice, field: Int, type: NumberType) throws {
    (self.message, self.field, self.type) = (message, field, type)
    var total = 0
    try forEachField { packed in
      total += isInteger ? try Self.integers(packed) { _ in } : packed.count / type.size
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
      if isInteger {
        _ = try Self.integers(packed) { values.append(type.float($0)) }
      } else {
        values += packed.floats(type)
      }
    } single: { bits in
      values.append(type.float(bits))
    }
    return values
  }

  private func forEachField(
    _ packed: (FileSlice) throws -> Void, single: (UInt64) -> Void
  ) throws {
    var fields = ProtobufFields(message)
    while let (number, value) = try fields.next() {
      guard number == field else { continue }
      switch value {
      case .bytes(let bytes) where isInteger || bytes.count % type.size == 0: try packed(bytes)
      case .fixed32(let bits) where type.size == 4: single(UInt64(bits))
      case .fixed64(let bits) where type.size == 8: single(bits)
      case .varint(let bits) where isInteger: single(bits)
      default: throw ProtobufError.malformed
      }
    }
  }

  /// Calls `body` with each integer of a packed field and counts them.
  private static func integers(_ packed: FileSlice, _ body: (UInt64) -> Void) throws -> Int {
    var (fields, count) = (ProtobufFields(packed), 0)
    while fields.position < packed.count {
      body(try fields.varint())
      count += 1
    }
    return count
  }
}
