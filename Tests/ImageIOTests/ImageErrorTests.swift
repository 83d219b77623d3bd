import FileNames
import Glibc
import ImageIO
import Testing

@Suite struct ImageErrorTests {
  let folder = TestFolder()

  private func message(_ path: FilePath) -> String {
    do {
      _ = try readImageInfo(path: path)
      return ""
    } catch {
      return error.description
    }
  }

  @Test func sentencesSayWhatIsWrongAndWhatToDo() {
    #expect(
      message(folder.file("none"))
        == "cannot be read: No such file or directory; check its path and permissions")
    #expect(message(folder.path) == "is a directory; name an image file in it")
    #expect(message(folder.write([])) == "is empty; copy or export it again")
    #expect(
      message(folder.write(Array("hello!".utf8)))
        == "is neither PNG, JPEG nor WebP (starts with \"hello!\"); convert it to one of them")
    #expect(
      message(folder.write([0, 1, 0xAB]))
        == "is neither PNG, JPEG nor WebP (starts with 00 01 ab); convert it to one of them")
    #expect(
      message(folder.write(PNGBuilder.signature))
        == "is cut off: the PNG ends before the image is complete; copy it again")
    #expect(
      message(folder.write(PNGBuilder.signature + PNGBuilder(width: 60000, height: 60000).header()))
        == "is 60000x60000; at most 268 million pixels are read, scale it down first")
    // Line ends translated by a transfer in text mode.
    let translated: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0A, 0x1A, 0x0A]
    #expect(
      message(folder.write(translated + [UInt8](repeating: 0, count: 40)))
        == "is a damaged or unsupported PNG (PNG file corrupted by ASCII conversion); "
        + "copy or export it again")
  }

  @Test func otherFormatsAreNamed() {
    func ftyp(_ brand: String) -> [UInt8] { [0, 0, 0, 24] + Array("ftyp\(brand)".utf8) }
    let formats: [(String, [UInt8], String)] = [
      ("a.heic", ftyp("heic"), "is a HEIC picture; convert it: heif-convert DIR/a.heic DIR/a.jpg"),
      ("b.avif", ftyp("avif"), "is an AVIF picture; convert it: heif-convert DIR/b.avif DIR/b.png"),
      (
        "c", [0x49, 0x49, 0x2A, 0, 8, 0],
        "is a TIFF picture; convert it: convert 'DIR/c[0]' DIR/c.png"
      ),
      (
        "d.NEF", [0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8],
        "is a camera's raw file; convert it: darktable-cli DIR/d.NEF DIR/d.jpg"
      ),
      (
        "e", [0x49, 0x49, 0x2A, 0, 16, 0, 0, 0, 0x43, 0x52, 2, 0],
        "is a camera's raw file; convert it: darktable-cli DIR/e DIR/e.jpg"
      ),
      (
        "f.gif", Array("GIF89a".utf8) + [1, 2],
        "is a GIF picture; convert it: convert 'DIR/f.gif[0]' DIR/f.png"
      ),
      (
        "g h.jxl", [0xFF, 0x0A, 1],
        "is a JPEG XL picture; convert it: djxl 'DIR/g h.jxl' 'DIR/g h.png'"
      ),
      (
        "i.pdf", Array("%PDF-1.7".utf8),
        "is a PDF document; convert it: pdftoppm -png -singlefile DIR/i.pdf DIR/i"
      ),
      (
        "j.svg", Array("\n <svg xmlns=".utf8),
        "is an SVG drawing; convert it: rsvg-convert DIR/j.svg -o DIR/j.png"
      ),
      (
        "k.jpg", Array("<!DOCTYPE html>".utf8),
        "is a web page, not a picture; download the picture itself"
      ),
      (
        "l.ppm", Array("P6\n2 2".utf8),
        "is a Netpbm picture; convert it: pnmtopng DIR/l.ppm > DIR/l.png"
      ),
      ("m.ico", [0, 0, 1, 0, 1, 0], "is an icon; convert it: convert 'DIR/m.ico[0]' DIR/m.png"),
      ("n.qoi", Array("qoif".utf8), "is a QOI picture; convert it: ffmpeg -i DIR/n.qoi DIR/n.png"),
      (
        "o.tga", [0, 0, 2, 0, 0, 0, 0, 0],
        "is a Targa picture; convert it: ffmpeg -i DIR/o.tga DIR/o.png"
      ),
      (
        "p.tga", [0, 0, 10, 0, 0, 0, 0, 0],
        "is a Targa picture; convert it: ffmpeg -i DIR/p.tga DIR/p.png"
      ),
      ("q.dds", Array("DDS |".utf8), "is a DDS texture; convert it: ffmpeg -i DIR/q.dds DIR/q.png"),
      ("r", [0x0A, 5, 1, 8], "is a PCX picture; convert it: ffmpeg -i DIR/r DIR/r.png"),
      ("s.rgb", [1, 0xDA, 1, 1], "is an SGI picture; convert it: ffmpeg -i DIR/s.rgb DIR/s.png"),
    ]
    for (name, bytes, sentence) in formats {
      let text = sentence.split(separator: "DIR").joined(separator: folder.path.description)
      #expect(message(folder.write(bytes, to: name)) == text)
    }
    #expect(
      message(fixture("animated.webp")).hasPrefix(
        "is an animated WebP; convert it: webpmux -get frame 1 "))
  }

  /// Commands neither write over the file, where its ending is wrong, nor are they about another one.
  @Test func commandsCanBeCopied() {
    for (format, path, end) in [
      (.heic, "m.jpg", "heif-convert m.jpg m-converted.jpg"),
      (.netpbm, "n.PNG", "pnmtopng n.PNG > n-converted.png"),
      (.pdf, "o.png", "pdftoppm -png -singlefile o.png o-converted"),
      (.jxl, "-a.jxl", "djxl ./-a.jxl ./-a.png"),
      (.jxl, "it's\\n", "djxl 'it'\\''s\\n' 'it'\\''s\\n.png'"),
      (
        .jxl, FilePath(bytes: [0x5C, 0x27, 0xE9]),
        "djxl $'\\x5C\\x27\\xE9' $'\\x5C\\x27\\xE9.png'"
      ),
    ] as [(OtherFormat, FilePath, String)] {
      let sentence = ImageError.otherFormat(format, path: path).description
      #expect(sentence.hasSuffix("; convert it: " + end))
    }
  }

  @Test func pipesCanBeRead() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    let bytes = readBytes(fixture("baseline-444.jpg"))
    #expect(write(ends[1], bytes, bytes.count) == bytes.count)
    close(ends[1])
    defer { close(ends[0]) }
    let image = try readImage(path: FilePath("/dev/fd/\(ends[0])"))
    #expect(image == (try readImage(path: fixture("baseline-444.jpg"))))
  }
}
