/// A hash of 64 bits that tells files and settings apart; it is no protection against forgery.
///
/// FNV-1a (Fowler, Noll and Vo) over words, with the upper half of each product folded into the
/// lower. Every round can be undone, so two inputs that differ in one word never have one hash.
package struct Fingerprint: Sendable {
  /// The hash of what was added.
  package private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  /// The hash of nothing yet.
  package init() {}

  /// The hash in 16 hexadecimal digits.
  package var text: String { value.hexadecimal }

  /// Adds a word.
  package mutating func add(_ word: UInt64) {
    value = (value ^ word) &* 0x100_0000_01b3
    value ^= value >> 32
  }

  /// Adds a text.
  @inline(never) package mutating func add(_ text: String) {
    for byte in text.utf8 { add(UInt64(byte)) }
    add(0x100)
  }

  /// Adds words of 4 bytes, little-endian, and single bytes after the last; the same whether several
  /// multiples of 4 bytes come at once or one after the other.
  package mutating func add(_ bytes: RawSpan) {
    let words = bytes.byteCount / 4
    for i in 0..<words {
      let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 4 * i, as: UInt32.self)
      add(UInt64(UInt32(littleEndian: word)))
    }
    for i in 4 * words..<bytes.byteCount {
      unsafe add(UInt64(bytes.unsafeLoad(fromByteOffset: i, as: UInt8.self)))
    }
  }

  /// Adds a tensor's name and bytes; `drop` gives back the memory of those that were added.
  package mutating func add(_ name: String, _ bytes: RawSpan, drop: () -> Void = {}) {
    add(name)
    add(parts: bytes, drop: drop)
  }

  /// Adds bytes a part at a time; `drop` gives back the memory of those that were added.
  package mutating func add(parts bytes: RawSpan, drop: () -> Void) {
    add(UInt64(bytes.byteCount))
    for first in stride(from: 0, to: bytes.byteCount, by: 1 << 18) {
      add(bytes.extracting(first..<min(first + (1 << 18), bytes.byteCount)))
      drop()
    }
  }
}

extension UInt64 {
  /// 16 hexadecimal digits.
  package var hexadecimal: String {
    let digits = String(self, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }
}
