internal import FileNames

/// A file format that is recognised and not read.
public enum OtherFormat: Equatable, Sendable {
  /// High Efficiency Image File: photos of phones.
  case heic
  /// AV1 Image File.
  case avif
  /// Tagged Image File.
  case tiff
  /// Graphics Interchange Format.
  case gif
  /// Windows bitmap.
  case bmp
  /// Windows icon or cursor.
  case icon
  /// JPEG XL.
  case jxl
  /// JPEG 2000.
  case jpeg2000
  /// Photoshop.
  case psd
  /// GIMP.
  case xcf
  /// Portable Document Format.
  case pdf
  /// PostScript, also encapsulated.
  case postScript
  /// Scalable Vector Graphics.
  case svg
  /// A camera's raw data.
  case raw
  /// PBM, PGM, PPM and their kin.
  case netpbm
  /// OpenEXR.
  case exr
  /// Radiance RGBE.
  case radiance
  /// Quite OK Image.
  case qoi
  /// DirectDraw surface.
  case dds
  /// Truevision TGA.
  case targa
  /// PC Paintbrush.
  case pcx
  /// Silicon Graphics.
  case sgi
  /// MP4, QuickTime, Matroska.
  case video
  /// A WebP of several pictures.
  case animatedWebP
  /// A web page, saved by mistake where a picture was meant.
  case webPage

  /// Tells the format by a file's first bytes, and raw files, which are TIFF within, by their name too.
  init?(start: [UInt8], path: FilePath) {
    func begins(_ prefix: String) -> Bool { start.starts(with: prefix.utf8) }
    func begins(_ bytes: UInt8...) -> Bool { start.starts(with: bytes) }
    let isTIFF =
      begins(0x49, 0x49, 0x2A, 0) || begins(0x4D, 0x4D, 0, 0x2A) || begins(0x49, 0x49, 0x2B, 0)
      || begins(0x4D, 0x4D, 0, 0x2B)
    if start.count >= 12, start[4..<8].elementsEqual("ftyp".utf8) {
      self = Self.mediaBrand(start[8..<12])
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
    } else if begins(0, 0, 1, 0) || begins(0, 0, 2, 0), start.count > 5, start[4] | start[5] != 0 {
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
    } else if begins("qoif") {
      self = .qoi
    } else if begins("DDS ") {
      self = .dds
    } else if begins(0x01, 0xDA) {
      self = .sgi
    } else if begins(0x0A), start.count > 2, start[1] <= 5, start[2] == 1 {
      self = .pcx
    } else if start.count > 2, start[1] <= 1, path.hasEnding(".tga") {
      self = .targa
    } else if begins(0x1A, 0x45, 0xDF, 0xA3) {
      self = .video
    } else if start.count > 2, begins("P"), (0x31...0x37).contains(start[1]),
      [0x09, 0x0A, 0x0D, 0x20].contains(start[2])
    {
      self = .netpbm
    } else if let format = Self.markup(start[...]) {
      self = format
    } else {
      return nil
    }
  }

  /// The format of a file in ISO's media container (ISO/IEC 14496-12) by its brand.
  private static func mediaBrand(_ brand: ArraySlice<UInt8>) -> OtherFormat {
    func isOne(of names: String) -> Bool {
      stride(from: 0, to: names.utf8.count, by: 4).contains { start in
        names.utf8.dropFirst(start).prefix(4).elementsEqual(brand)
      }
    }
    if isOne(of: "avifavis") { return .avif }
    if isOne(of: "heicheixheimheishevchevxmif1msf1") { return .heic }
    if isOne(of: "crx ") { return .raw }
    return isOne(of: "jp2 jpx ") ? .jpeg2000 : .video
  }

  /// SVG and web pages, whatever white space or mark comes first.
  private static func markup(_ start: ArraySlice<UInt8>) -> OtherFormat? {
    let marks: [UInt8] = [0x09, 0x0A, 0x0D, 0x20, 0xEF, 0xBB, 0xBF]
    let text = start.drop { marks.contains($0) }
    func begins(_ word: String) -> Bool {
      text.count >= word.utf8.count
        && zip(text, word.utf8).allSatisfy {
          $0 == $1 || ((0x41...0x5A).contains($0) && $0 | 0x20 == $1)
        }
    }
    if begins("<svg") || begins("<?xml") { return .svg }
    return begins("<!doctype html") || begins("<html") ? .webPage : nil
  }

  /// Whether the name has an ending that cameras give their raw files.
  private static func isRawName(_ path: FilePath) -> Bool {
    for ending: FilePath in [
      ".3fr", ".arw", ".cr2", ".dcr", ".dng", ".erf", ".fff", ".iiq", ".kdc", ".mef", ".mos",
      ".nef",
      ".nrw", ".pef", ".sr2", ".srf", ".srw",
    ] where path.hasEnding(ending) {
      return true
    }
    return false
  }
}
