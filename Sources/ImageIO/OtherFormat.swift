/// A file format that is recognised and not read.
public enum OtherFormat: Equatable, Sendable {
  /// Apple's and other phones' photos.
  case heic
  case avif, tiff, gif, bmp, icon
  /// JPEG XL, JPEG 2000.
  case jxl, jpeg2000
  /// Photoshop, GIMP.
  case psd, xcf
  case pdf, postScript, svg
  /// A camera's raw data.
  case raw
  /// PBM, PGM, PPM.
  case netpbm
  /// Linear light: OpenEXR, Radiance.
  case exr, radiance
  /// MP4, QuickTime, Matroska.
  case video
  /// A WebP of several pictures.
  case animatedWebP
  /// A page from the web, which is saved by mistake where a picture was meant.
  case webPage

  /// Tells the format by a file's first bytes, and raw files, which are TIFF within, by their name too.
  init?(start: [UInt8], path: String) {
    let text = String(decoding: start.map { $0 < 0x80 ? $0 : 0 }, as: UTF8.self)
    func begins(_ prefix: String) -> Bool { start.starts(with: prefix.utf8) }
    func begins(_ bytes: UInt8...) -> Bool { start.starts(with: bytes) }
    let isTIFF =
      begins(0x49, 0x49, 0x2A, 0) || begins(0x4D, 0x4D, 0, 0x2A) || begins(0x49, 0x49, 0x2B, 0)
      || begins(0x4D, 0x4D, 0, 0x2B)
    if start.count >= 12, start[4..<8].elementsEqual("ftyp".utf8) {
      guard let format = Self.mediaBrand(start[8..<12]) else { return nil }
      self = format
    } else if isTIFF {
      let isRaw = start.dropFirst(8).starts(with: "CR".utf8) || Self.isRawName(path)
      self = isRaw ? .raw : .tiff
    } else if begins("IIRO") || begins("IIRS") || begins("IIU\0") || begins("FUJIFILMCCD-RAW")
      || begins("FOVb") || begins(0, 0x4D, 0x52, 0x4D)
    {
      self = .raw
    } else if begins("GIF8") {
      self = .gif
    } else if begins("BM") && start.count >= 14 && start[6..<10].allSatisfy({ $0 == 0 }) {
      self = .bmp
    } else if begins(0, 0, 1, 0) || begins(0, 0, 2, 0) {
      self = .icon
    } else if begins(0xFF, 0x0A) || begins(0, 0, 0, 0x0C, 0x4A, 0x58, 0x4C, 0x20) {
      self = .jxl
    } else if begins(0xFF, 0x4F, 0xFF, 0x51) || begins(0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20) {
      self = .jpeg2000
    } else if begins("8BPS") {
      self = .psd
    } else if begins("gimp xcf") {
      self = .xcf
    } else if begins("%PDF") {
      self = .pdf
    } else if begins("%!PS") || begins(0xC5, 0xD0, 0xD3, 0xC6) {
      self = .postScript
    } else if begins(0x76, 0x2F, 0x31, 0x01) {
      self = .exr
    } else if begins("#?RADIANCE") || begins("#?RGBE") {
      self = .radiance
    } else if begins(0x1A, 0x45, 0xDF, 0xA3) {
      self = .video
    } else if start.count > 2, begins("P"), (0x31...0x37).contains(start[1]),
      [0x09, 0x0A, 0x0D, 0x20].contains(start[2])
    {
      self = .netpbm
    } else if let format = Self.markup(text) {
      self = format
    } else {
      return nil
    }
  }

  /// The format of a file in ISO's media container (ISO/IEC 14496-12) by its brand.
  private static func mediaBrand(_ brand: ArraySlice<UInt8>) -> OtherFormat? {
    switch String(decoding: brand, as: UTF8.self) {
    case "avif", "avis": .avif
    case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1": .heic
    case "crx ": .raw
    case "jp2 ", "jpx ": .jpeg2000
    default: .video
    }
  }

  /// SVG and web pages, whatever white space or mark comes first.
  private static func markup(_ text: String) -> OtherFormat? {
    let start = text.drop { $0 != "<" }.lowercased()
    guard text.prefix(while: { $0 != "<" }).allSatisfy({ $0 == "\0" || $0.isWhitespace }) else {
      return nil
    }
    if start.hasPrefix("<svg") || start.hasPrefix("<?xml") { return .svg }
    return start.hasPrefix("<!doctype html") || start.hasPrefix("<html") ? .webPage : nil
  }

  private static func isRawName(_ path: String) -> Bool {
    let ending = path.split(separator: ".").last.map { $0.lowercased() } ?? ""
    return [
      "3fr", "arw", "cr2", "dcr", "dng", "erf", "fff", "iiq", "kdc", "mef", "mos", "nef", "nrw",
      "pef", "sr2", "srf", "srw",
    ].contains(ending)
  }

  /// What it is and, but for a web page, the command that converts it; each is in a Debian package.
  func sentence(path: String) -> String {
    let from = shellWord(path)
    let stem = withoutEnding(path)
    let (png, jpg) = (shellWord(stem + ".png"), shellWord(stem + ".jpg"))
    let first = shellWord(path + "[0]")
    let (name, command) =
      switch self {
      case .heic: ("a HEIC picture", "heif-convert \(from) \(jpg)")
      case .avif: ("an AVIF picture", "heif-convert \(from) \(png)")
      case .tiff: ("a TIFF picture", "convert \(first) \(png)")
      case .gif: ("a GIF picture", "convert \(first) \(png)")
      case .bmp: ("a BMP picture", "convert \(from) \(png)")
      case .icon: ("an icon", "convert \(first) \(png)")
      case .jxl: ("a JPEG XL picture", "djxl \(from) \(png)")
      case .jpeg2000: ("a JPEG 2000 picture", "opj_decompress -i \(from) -o \(png)")
      case .psd: ("a Photoshop picture", "convert \(first) \(png)")
      case .xcf: ("a GIMP picture", "convert \(from) -flatten \(png)")
      case .pdf: ("a PDF document", "pdftoppm -png -singlefile \(from) \(shellWord(stem))")
      case .postScript:
        ("a PostScript document", "gs -q -dBATCH -dNOPAUSE -sDEVICE=png16m -r150 -o \(png) \(from)")
      case .svg: ("an SVG drawing", "rsvg-convert \(from) -o \(png)")
      case .raw: ("a camera's raw file", "darktable-cli \(from) \(jpg)")
      case .netpbm: ("a Netpbm picture", "pnmtopng \(from) > \(png)")
      case .exr: ("an OpenEXR picture", "convert \(from) \(png)")
      case .radiance: ("a Radiance picture", "convert \(from) \(png)")
      case .video: ("a video", "ffmpeg -i \(from) -frames:v 1 \(png)")
      case .animatedWebP:
        ("an animated WebP", "webpmux -get frame 1 \(from) -o \(shellWord(stem + "-1.webp"))")
      case .webPage: ("a web page", "")
      }
    if self == .webPage { return "is a web page, not a picture; download the picture itself" }
    return "is \(name); convert it: \(command)"
  }
}

/// A path without what follows the last dot of its last part.
private func withoutEnding(_ path: String) -> String {
  guard let dot = path.utf8.lastIndex(of: UInt8(ascii: ".")), dot != path.startIndex,
    !path[dot...].contains("/"), path[path.utf8.index(before: dot)] != "/"
  else { return path }
  return String(path[..<dot])
}

/// A word of a shell's command line: as it is, or in quotes where it has other than plain characters.
private func shellWord(_ word: String) -> String {
  let isPlain = word.utf8.allSatisfy { byte in
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), 0x2B...0x2F, UInt8(ascii: "_"), 0x80...:
      true
    default: false
    }
  }
  if isPlain && !word.utf8.starts(with: "-".utf8) { return word }
  let quoted = word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
  return (word.utf8.starts(with: "-".utf8) ? "./" : "") + "'\(quoted)'"
}
