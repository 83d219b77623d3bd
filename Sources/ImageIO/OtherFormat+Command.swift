internal import FileNames

extension OtherFormat {
  /// A sentence's rest after the file's path: what it is, and the command that converts it, which is in a
  /// Debian package.
  func sentence(about path: FilePath) -> String {
    if self == .webPage { return "is a web page, not a picture; download the picture itself" }
    return "is \(name); convert it: \(command(path))"
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
    case .video: "a video"
    case .animatedWebP: "an animated WebP"
    case .webPage: "a web page"
    }
  }

  private func command(_ path: FilePath) -> String {
    let from = shellWord(path)
    // Of several pictures, the first.
    let first = shellWord(path.appending(suffix: "[0]"))
    let png = shellWord(path.withoutEnding.appending(suffix: ".png"))
    let jpg = shellWord(path.withoutEnding.appending(suffix: ".jpg"))
    return switch self {
    case .heic: "heif-convert \(from) \(jpg)"
    case .avif: "heif-convert \(from) \(png)"
    case .tiff, .gif, .icon, .psd: "convert \(first) \(png)"
    case .bmp, .exr, .radiance, .webPage: "convert \(from) \(png)"
    case .jxl: "djxl \(from) \(png)"
    case .jpeg2000: "opj_decompress -i \(from) -o \(png)"
    case .xcf: "convert \(from) -flatten \(png)"
    case .pdf: "pdftoppm -png -singlefile \(from) \(shellWord(path.withoutEnding))"
    case .postScript: "gs -q -dBATCH -dNOPAUSE -sDEVICE=png16m -r150 -o \(png) \(from)"
    case .svg: "rsvg-convert \(from) -o \(png)"
    case .raw: "darktable-cli \(from) \(jpg)"
    case .netpbm: "pnmtopng \(from) > \(png)"
    case .video: "ffmpeg -i \(from) -frames:v 1 \(png)"
    case .animatedWebP:
      "webpmux -get frame 1 \(from) -o "
        + shellWord(path.withoutEnding.appending(suffix: "-1.webp"))
    }
  }
}

/// A name as a word of a shell's command line: as it is, or quoted where it has other than plain characters.
private func shellWord(_ path: FilePath) -> String {
  let name = path.bytes.first == UInt8(ascii: "-") ? FilePath("./").appending(path) : path
  let text = name.description
  let isText = text.utf8.elementsEqual(name.bytes)
  let isPlain = name.bytes.allSatisfy { byte in
    switch byte {
    case 0x61...0x7A, 0x41...0x5A, 0x2B...0x39, 0x5F, 0x80...: true
    default: false
    }
  }
  if isText && isPlain { return text }
  // A name that is no text is written as bash reads it.
  var word = isText ? "'" : "$'"
  for character in text.unicodeScalars {
    if character == "'" {
      word += isText ? "'\\''" : "\\'"
    } else {
      word.unicodeScalars.append(character)
    }
  }
  return word + "'"
}
