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
      message(folder.write(Array("GIF89a".utf8) + [1, 2]))
        == "is neither PNG nor JPEG (starts with \"GIF89a\"); convert it to one of them")
    #expect(
      message(folder.write([0, 1, 0xAB]))
        == "is neither PNG nor JPEG (starts with 00 01 ab); convert it to one of them")
    #expect(
      message(folder.write(PNGBuilder.signature))
        == "is cut off: the PNG ends before the image is complete; copy it again")
    #expect(
      message(folder.write(PNGBuilder.signature + PNGBuilder(width: 60000, height: 60000).header()))
        == "is 60000x60000; at most 268 million pixels are read, scale it down first")
    #expect(
      message(fixture("cmyk.jpg"))
        == "is a CMYK JPEG; convert it to RGB, for example with ImageMagick: "
        + "magick IN.jpg -colorspace sRGB OUT.png")
    // Line ends translated by a transfer in text mode.
    let translated: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0A, 0x1A, 0x0A]
    #expect(
      message(folder.write(translated + [UInt8](repeating: 0, count: 40)))
        == "is a damaged or unsupported PNG (PNG file corrupted by ASCII conversion); "
        + "copy or export it again")
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
