internal import FileNames

extension OtherFormat {
  /// A sentence's rest after the file's path: what it is, and the command that converts it, which is in a
  /// Debian package.
  func sentence(about path: FilePath) -> String {
    guard let command = command(path) else {
      return "is \(name), not a picture; download the picture itself"
    }
    return "is \(name); convert it: \(command)"
  }

  private var name: String {
    switch self {
    case .heic: "a HEIC picture"
    case .avif: "an AVIF picture"
    case .tiff: "a TIFF picture"
    case .gif: "a GIF picture"
    case .bmp: "a BMP picture"
    case .icon: "an icon"
    case .jxl: "a JPEG XL picture"
    case .jpeg2000: "a JPEG 2000 picture"
    case .psd: "a Photoshop picture"
    case .xcf: "a GIMP picture"
    case .pdf: "a PDF document"
    case .postScript: "a PostScript document"
    case .svg: "an SVG drawing"
    case .raw: "a camera's raw file"
    case .netpbm: "a Netpbm picture"
    case .exr: "an OpenEXR picture"
    case .radiance: "a Radiance picture"
    case .qoi: "a QOI picture"
    case .dds: "a DDS texture"
    case .targa: "a Targa picture"
    case .pcx: "a PCX picture"
    case .sgi: "an SGI picture"
    case .video: "a video"
    case .animatedWebP: "an animated WebP"
    case .webPage: "a web page"
    }
  }

  // Nil where nothing is to be converted. The result is another file, whatever the name's ending says.
  private func command(_ path: FilePath) -> String? {
    let hasEndingOfResult = path.hasEnding(".png") || path.hasEnding(".jpg")
    let stem = path.withoutEnding.appending(suffix: hasEndingOfResult ? "-converted" : "")
    let from = shellWord(path)
    // Of several pictures, the first.
    let first = shellWord(path.appending(suffix: "[0]"))
    let png = shellWord(stem.appending(suffix: ".png"))
    let jpg = shellWord(stem.appending(suffix: ".jpg"))
    return switch self {
    case .heic: "heif-convert \(from) \(jpg)"
    case .avif: "heif-convert \(from) \(png)"
    case .tiff, .gif, .icon, .psd: "convert \(first) \(png)"
    case .bmp, .exr, .radiance: "convert \(from) \(png)"
    case .jxl: "djxl \(from) \(png)"
    case .jpeg2000: "opj_decompress -i \(from) -o \(png)"
    case .xcf: "convert \(from) -flatten \(png)"
    case .pdf: "pdftoppm -png -singlefile \(from) \(shellWord(stem))"
    case .postScript: "gs -q -dBATCH -dNOPAUSE -sDEVICE=png16m -r150 -o \(png) \(from)"
    case .svg: "rsvg-convert \(from) -o \(png)"
    case .raw: "darktable-cli \(from) \(jpg)"
    case .netpbm: "pnmtopng \(from) > \(png)"
    case .qoi, .dds, .targa, .pcx, .sgi: "ffmpeg -i \(from) \(png)"
    case .video: "ffmpeg -i \(from) -frames:v 1 \(png)"
    case .animatedWebP:
      "webpmux -get frame 1 \(from) -o "
        + shellWord(path.withoutEnding.appending(suffix: "-1.webp"))
    case .webPage: nil
    }
  }
}

/// A name as a word of a shell's command line: as it is, or quoted where it has other than plain characters.
private func shellWord(_ path: FilePath) -> String {
  let name = path.bytes.first == UInt8(ascii: "-") ? FilePath("./").appending(path) : path
  func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x61...0x7A, 0x41...0x5A, 0x2B...0x39, 0x5F: true
    default: false
    }
  }
  let text = name.description
  guard text.utf8.elementsEqual(name.bytes) else {
    // A name that is no text is written as bash reads it.
    let characters = name.bytes.map { byte in
      isPlain(byte)
        ? String(Unicode.Scalar(byte))
        : (byte < 16 ? "\\x0" : "\\x") + String(byte, radix: 16, uppercase: true)
    }
    return "$'" + characters.joined() + "'"
  }
  if name.bytes.allSatisfy({ isPlain($0) || $0 >= 0x80 }) { return text }
  return "'" + text.unicodeScalars.map { $0 == "'" ? "'\\''" : String($0) }.joined() + "'"
}
