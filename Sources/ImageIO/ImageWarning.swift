import CImageIO

/// What a user should know about a file that was read nevertheless.
public enum ImageWarning: Equatable, Sendable, CustomStringConvertible {
  /// The ICC profile is damaged; the colours are taken as sRGB.
  case profileDamaged
  /// The ICC profile is of another colour space than the samples; the colours are taken as sRGB.
  case profileMisfit
  /// A PNG's cICP, gAMA or cHRM chunk has no known meaning; the colours are taken as sRGB.
  case colorsUnknown
  /// An HDR picture (PQ or HLG); what is brighter than paper white became white.
  case highlightsClipped
  /// The file is complete to its last pixel, and cut off or damaged after it.
  case noEnd
  /// The orientation of a PNG from a pipe stands after its pixels, too late to be followed.
  case orientationIgnored

  /// A sentence's rest after the file's path.
  public var description: String {
    switch self {
    case .profileDamaged: "has a damaged colour profile; its colours are taken as sRGB"
    case .profileMisfit: "has a colour profile of another kind; its colours are taken as sRGB"
    case .colorsUnknown: "describes its colours in an unknown way; they are taken as sRGB"
    case .highlightsClipped: "is an HDR picture; what is brighter than white becomes white"
    case .noEnd: "lacks its end or is damaged there; all of its pixels were read"
    case .orientationIgnored:
      "has its orientation after its pixels, which a pipe shows too late; name a file to turn it"
    }
  }

  /// The members of a set of IMAGE_WARNING_ bits.
  static func list(_ bits: UInt32) -> [ImageWarning] {
    var warnings: [ImageWarning] = []
    func add(_ warning: ImageWarning, where bit: Int) {
      if bits & UInt32(bit) != 0 { warnings.append(warning) }
    }
    add(.profileDamaged, where: IMAGE_WARNING_PROFILE_DAMAGED)
    add(.profileMisfit, where: IMAGE_WARNING_PROFILE_MISFIT)
    add(.colorsUnknown, where: IMAGE_WARNING_COLORS_UNKNOWN)
    add(.highlightsClipped, where: IMAGE_WARNING_HIGHLIGHTS)
    add(.noEnd, where: IMAGE_WARNING_NO_END)
    return warnings
  }
}
