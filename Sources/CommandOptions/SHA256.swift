/// The SHA-256 hash (FIPS 180-4, section 6.2).
public struct SHA256 {
  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
    0x5be0_cd19,
  ]
  private var block: [UInt8] = []
  private var count: UInt64 = 0

  /// The hash of no bytes yet.
  public init() {}

  /// Adds bytes.
  public mutating func update(_ bytes: RawSpan) {
    count += UInt64(bytes.byteCount)
    var first = 0
    while first < bytes.byteCount {
      // Whole blocks are read where they are.
      if block.isEmpty, bytes.byteCount - first >= 64 {
        compress(bytes, at: first)
        first += 64
        continue
      }
      let taken = min(64 - block.count, bytes.byteCount - first)
      for place in first..<first + taken {
        // SAFETY: the place is in the span.
        block.append(unsafe bytes.unsafeLoad(fromByteOffset: place, as: UInt8.self))
      }
      first += taken
      if block.count == 64 { compressBlock() }
    }
  }

  /// The hash of all bytes, in hexadecimal.
  ///
  /// Ends the use of the value.
  public mutating func digest() -> String {
    let bits = count * 8
    block.append(0x80)
    if block.count > 56 {
      while block.count < 64 { block.append(0) }
      compressBlock()
    }
    while block.count < 56 { block.append(0) }
    for shift in stride(from: UInt64(56), through: 0, by: -8) {
      block.append(UInt8(truncatingIfNeeded: bits >> shift))
    }
    compressBlock()
    return state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  /// The hash of bytes, in hexadecimal.
  public static func digest(_ bytes: RawSpan) -> String {
    var hash = SHA256()
    hash.update(bytes)
    return hash.digest()
  }

  private mutating func compressBlock() {
    let full = block
    unsafe compress(full.span.bytes, at: 0)
    block.removeAll(keepingCapacity: true)
  }

  /// Takes the 64 bytes from `first` on.
  private mutating func compress(_ bytes: RawSpan, at first: Int) {
    precondition(first >= 0 && first + 64 <= bytes.byteCount)
    var w = [64 of UInt32](repeating: 0)
    for t in 0..<16 {
      // SAFETY: 64 bytes are there.
      let word = unsafe bytes.unsafeLoadUnaligned(
        fromByteOffset: first + 4 * t, as: UInt32.self)
      w[t] = UInt32(bigEndian: word)
    }
    for t in 16..<64 {
      let (x, y) = (w[t - 15], w[t - 2])
      let small0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >> 3)
      let small1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >> 10)
      w[t] = small1 &+ w[t - 7] &+ small0 &+ w[t - 16]
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    let constants = Self.constants
    for t in 0..<64 {
      let large1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
      let choice = (e & f) ^ (~e & g)
      let first = h &+ large1 &+ choice &+ constants[t] &+ w[t]
      let large0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
      let majority = (a & b) ^ (a & c) ^ (b & c)
      let second = large0 &+ majority
      (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
    }
    state[0] &+= a
    state[1] &+= b
    state[2] &+= c
    state[3] &+= d
    state[4] &+= e
    state[5] &+= f
    state[6] &+= g
    state[7] &+= h
  }

  private func rotate(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }

  /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes (section 4.2.2).
  private static let constants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
    0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe,
    0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f,
    0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
    0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc,
    0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
    0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070, 0x19a4_c116,
    0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
    0xc671_78f2,
  ]
}
