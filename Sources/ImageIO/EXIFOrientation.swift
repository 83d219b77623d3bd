/// The turn or reflection that makes a stored image upright, numbered as in EXIF (tag 0x0112).
///
/// Source: CIPA DC-008 (EXIF 2.32), section 4.6.4. The names say where the stored first row and
/// first column belong.
enum Orientation: UInt16, CaseIterable {
  case topLeft = 1
  case topRight
  case bottomRight
  case bottomLeft
  case leftTop
  case rightTop
  case rightBottom
  case leftBottom

  /// Whether stored rows become columns.
  var isTransposed: Bool { rawValue >= Orientation.leftTop.rawValue }

  /// Whether the stored first row ends up at the far side (bottom, or right if transposed).
  var reversesRows: Bool {
    switch self {
    case .bottomRight, .bottomLeft, .rightTop, .rightBottom: true
    default: false
    }
  }

  /// Whether the stored first column ends up at the far side (right, or bottom if transposed).
  var reversesColumns: Bool {
    switch self {
    case .topRight, .bottomRight, .rightBottom, .leftBottom: true
    default: false
    }
  }
}

/// The orientation that an EXIF block asks for; upright if it is missing or makes no sense.
///
/// - Parameter exif: The TIFF structure of an APP1 marker, without the leading "Exif\0\0". Any
///   bytes are safe.
/// - Returns: 1...8 as numbered in EXIF.
package func exifOrientation(_ exif: Span<UInt8>) -> UInt16 {
  parseOrientation(exif)?.rawValue ?? Orientation.topLeft.rawValue
}

func parseOrientation(_ exif: Span<UInt8>) -> Orientation? {
  guard exif.count >= 8, exif[0] == exif[1] else { return nil }
  let bigEndian: Bool
  switch exif[0] {
  case UInt8(ascii: "M"): bigEndian = true
  case UInt8(ascii: "I"): bigEndian = false
  default: return nil
  }
  // Offsets reach to 2^32 - 1, so sums of them are taken in Int and every read is checked.
  func uint16(at offset: Int) -> UInt16? {
    guard offset + 2 <= exif.count else { return nil }
    let (first, second) = (UInt16(exif[offset]), UInt16(exif[offset + 1]))
    return bigEndian ? first << 8 | second : second << 8 | first
  }
  func uint32(at offset: Int) -> UInt32? {
    guard let first = uint16(at: offset), let second = uint16(at: offset + 2) else { return nil }
    return bigEndian
      ? UInt32(first) << 16 | UInt32(second) : UInt32(second) << 16 | UInt32(first)
  }
  guard uint16(at: 2) == 42, let directory = uint32(at: 4).map({ Int($0) }),
    let entryCount = uint16(at: directory)
  else { return nil }
  for index in 0..<Int(entryCount) {
    let entry = directory + 2 + 12 * index
    guard let tag = uint16(at: entry) else { return nil }
    if tag != 0x0112 { continue }
    // One SHORT, which stands in the first half of the value field, or, as some programs write it, one LONG.
    guard uint32(at: entry + 4) == 1 else { return nil }
    let value: UInt32? =
      switch uint16(at: entry + 2) {
      case 3: uint16(at: entry + 8).map { UInt32($0) }
      case 4: uint32(at: entry + 8)
      default: nil
      }
    return value.flatMap { UInt16(exactly: $0) }.flatMap { Orientation(rawValue: $0) }
  }
  return nil
}
