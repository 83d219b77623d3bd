import CFuzz
import FileNames
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
