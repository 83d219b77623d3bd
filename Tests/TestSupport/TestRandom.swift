internal import StyleTransfer

/// Random test data that a test's name determines.
public struct TestRandom: RandomNumberGenerator {
  private var generator: SplitMix64
  /// The seed, for messages.
  public let seed: UInt64

  /// Seeds by a name with FNV-1a.
  public init(_ name: String) {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    seed = hash
    generator = SplitMix64(seed: hash)
  }

  /// The next 64 bits.
  public mutating func next() -> UInt64 { generator.next() }

  /// Bytes of all values, of which a quarter are the extremes 0 and 255.
  public mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in
      let bits = next()
      return bits & 3 == 0 ? (bits & 4 == 0 ? 0 : 255) : UInt8(truncatingIfNeeded: bits >> 8)
    }
  }

  /// Weights in -127...127, of which a quarter are the extremes.
  public mutating func weights(_ count: Int) -> [Int8] {
    (0..<count).map { _ in
      let bits = next()
      return bits & 3 == 0 ? (bits & 4 == 0 ? -127 : 127) : Int8(Int64(bits >> 8) % 255 - 127)
    }
  }

  /// Numbers in -scale...scale.
  public mutating func floats(_ count: Int, scale: Float = 1) -> [Float] {
    (0..<count).map { _ in (generator.nextUnit() * 2 - 1) * scale }
  }
}
