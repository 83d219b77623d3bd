import CFuzz
import FileNames
import FileOutput
import Foundation
import ImageIO

/// Far more than the seeds have, and soon decoded.
private let limits = ImageLimits(pixels: 1 << 15, wholeImagePixels: 1 << 15, resultPixels: 1 << 16)

/// Reads a picture in its own size and in a smaller one, within the memory that is planned for it.
func readPicture(_ bytes: Span<UInt8>) {
  let path = file(bytes)
  for size in [RequestedSize.original, .longerSide(20)] {
    do throws(ImageError) {
      let reader = try ImageReader(path: path, limits: limits)
      let wanted = size.applied(to: reader.info.size)
      let planned = reader.readingBytes(size: wanted)
      var pixels = [Float](repeating: -1, count: 3 * wanted.pixelCount)
      let before = fuzz_live()
      fuzz_reset_peak()
      var span = pixels.mutableSpan
      try reader.read(into: &span, size: wanted)
      let used = Int(fuzz_peak() - before)
      promise(used <= planned, "\(used) bytes for a picture of \(reader.info), planned \(planned)")
      promise(pixels.allSatisfy { (0...255).contains($0) }, "a pixel beyond its range")
    } catch {
      check(error.description)
      // libpng and libjpeg are not compiled for the fuzzer; their messages, without the names of chunks and
      // numbers, tell how far they came.
      if case .damaged(_, let message) = error {
        let words = message.split(separator: ":").last ?? ""
        fuzz_saw(words.utf8.reduce(0) { $1 < 0x41 ? $0 : $0 &* 33 &+ Int($1) })
      }
    }
  }
}

/// The most memory for a picture: Little CMS may have 32 MB, whatever a profile asks for.
@Sendable func pictureBytes(_ count: Int) -> Int { 36 << 20 + 400 * count }

/// The start of a part of a JPEG file that has all of a profile.
private let profileHead = Array("ICC_PROFILE\u{0}\u{1}\u{1}".utf8)

/// Reads the bytes as the profile of a picture, in RGB and in CMYK.
func readProfile(_ bytes: Span<UInt8>) {
  for picture in profiledPictures {
    let length = 2 + profileHead.count + bytes.count
    let marker: [UInt8] = [0xff, 0xe2, UInt8(length >> 8 & 255), UInt8(length & 255)]
    var file = picture[..<2] + marker + profileHead
    for index in bytes.indices { file.append(bytes[index]) }
    file += picture[2...]
    readPicture(Array(file).span)
  }
}

/// JPEG files without a profile.
private let profiledPictures = ["one-pixel.jpg", "cmyk.jpg"].map { contents($0) }

/// The profiles that pictures of the tests have.
func makeProfiles(_ prefix: String) throws {
  for name in ["adobe-rgb", "p3", "prophoto", "cmyk-profile"] {
    let picture = contents(name + ".jpg")
    let starts = picture.indices.filter { picture[$0...].starts(with: profileHead) }
    guard let start = starts.first else { fatalError("\(name).jpg has no profile") }
    let end = start - 2 + Int(picture[start - 2]) << 8 + Int(picture[start - 1])
    let file = try AtomicFile(path: FilePath(prefix + name))
    try file.write(Array(picture[(start + profileHead.count)..<end]))
    try file.commit()
  }
}

private func contents(_ name: String) -> [UInt8] {
  let folder = "Tests/ImageIOTests/Fixtures/"
  guard let data = FileManager.default.contents(atPath: folder + name) else {
    fatalError("no \(name)")
  }
  return Array(data)
}

/// PNG files whose data is not compressed, so that a change of a byte is one of a sample.
func makePNGs(_ prefix: String) throws {
  for (width, height) in [(5, 9), (16, 2)] {
    let samples = (0..<3 * width * height).map { Float(7 * $0 % 256) }
    try writeImage(
      samples.span, size: ImageSize(width: width, height: height),
      path: FilePath("\(prefix)\(width).png"),
      encoding: ImageEncoding(.png, compressionLevel: 0))
  }
}
