import FileNames
import FileOutput
import Glibc
import ImageIO
import Testing

@Suite struct WritingTests {
  let folder = TestFolder()

  private func image(_ width: Int, _ height: Int, seed: UInt64 = 11) -> RGBImage {
    var random = SeededRandom(seed: seed)
    let size = ImageSize(width: width, height: height)
    return RGBImage(
      size: size,
      pixels: (0..<(3 * size.pixelCount)).map { _ in
        Float(Int.random(in: 0...255, using: &random))
      })
  }

  @Test func pngRoundTripIsExact() throws {
    for (width, height) in [(1, 1), (3, 200), (257, 5), (64, 64)] {
      for level in [0, 4, 9] {
        let image = image(width, height)
        let path = folder.file("out.png")
        try writeImage(image, path: path, encoding: ImageEncoding(.png, compressionLevel: level))
        #expect(try readImage(path: path) == image)
      }
    }
    #expect(folder.names == ["out.png"])
  }

  @Test func jpegRoundTripIsClose() throws {
    var image = image(70, 50)
    for index in image.pixels.indices {
      image.pixels[index] = Float((index / 3 % 70) * 3 + index % 3 * 20)
    }
    let path = folder.file("out.jpg")
    try writeImage(image, path: path, encoding: ImageEncoding(.jpeg))
    let back = try readImage(path: path)
    #expect(zip(image.pixels, back.pixels).allSatisfy { abs($0 - $1) <= 6 })
    // The frame header says 4:4:4: sampling 0x11 for each component.
    let bytes = readBytes(path)
    let isFrame = { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 }
    guard let frame = bytes.indices.dropLast().first(where: isFrame) else {
      Issue.record("no frame header")
      return
    }
    #expect((0..<3).allSatisfy { bytes[frame + 11 + 3 * $0] == 0x11 })
  }

  /// Noise of many rows makes the encoders' buffers grow and drain many times.
  @Test func largeNoiseRoundTrips() throws {
    let image = image(900, 400)
    let path = folder.file("out")
    try writeImage(image, path: path, encoding: ImageEncoding(.png))
    #expect(try readImage(path: path) == image)
    try writeImage(image, path: path, encoding: ImageEncoding(.jpeg, quality: 100))
    let back = try readImage(path: path)
    #expect(zip(image.pixels, back.pixels).allSatisfy { abs($0 - $1) <= 8 })
  }

  @Test func roundsToNearestEvenAndClamps() throws {
    let samples: [Float] = [
      -1, -0.0, 0.5, 1.5, 2.5, 254.5, 255.5, 1e30, .nan, .infinity, -.infinity, 127.49,
    ]
    let image = RGBImage(size: ImageSize(width: 4, height: 1), pixels: samples)
    let path = folder.file("out.png")
    try writeImage(image, path: path, encoding: ImageEncoding(.png))
    #expect(try readImage(path: path).pixels == [0, 0, 0, 2, 2, 254, 255, 255, 0, 255, 0, 127])
  }

  @Test func addsTheOffset() throws {
    let pixels: [Float] = [-100, 0, 100, 27.5, 300, -300]
    let path = folder.file("out.png")
    try writeImage(
      pixels.span, size: ImageSize(width: 1, height: 2), offset: (123.75, 116.5, 103.9),
      path: path, encoding: ImageEncoding(.png))
    #expect(try readImage(path: path).pixels == [24, 116, 204, 151, 255, 0])
  }

  @Test func failuresNameTheCause() {
    let image = image(40, 30)
    func error(_ path: FilePath) -> ImageError? {
      #expect(throws: ImageError.self) {
        try writeImage(image, path: path, encoding: ImageEncoding(.png))
      }
    }
    #expect(error(folder.path) == .cannotWrite(.isDirectory))
    #expect(error(folder.file("none/out.png")) == .cannotWrite(.missingFolder))
    #expect(error("/dev/full") == .cannotWrite(.system(errno: ENOSPC)))
    #expect(error("") == .cannotWrite(.system(errno: ENOENT)))
    #expect(folder.names.isEmpty)
  }

  /// A file size limit, in a process of its own, stands for a disk that fills up midway.
  @Test func aFailedWriteKeepsTheOldFile() async {
    await #expect(processExitsWith: .success) {
      let folder = TestFolder()
      let path = folder.write([1, 2, 3], to: "out.png")
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 20_000, rlim_max: 20_000)
      precondition(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      let size = ImageSize(width: 200, height: 200)
      let pixels = (0..<(3 * size.pixelCount)).map { Float($0 * $0 % 251) }
      for encoding in [
        ImageEncoding(.png, compressionLevel: 0), ImageEncoding(.jpeg, quality: 100),
      ] {
        #expect(throws: ImageError.cannotWrite(.system(errno: EFBIG))) {
          try writeImage(RGBImage(size: size, pixels: pixels), path: path, encoding: encoding)
        }
        #expect(readBytes(path) == [1, 2, 3] && folder.names == ["out.png"])
      }
    }
  }

  @Test func formatsByName() {
    #expect(ImageFormat(fileName: "a.png") == .png)
    #expect(ImageFormat(fileName: "dir.x/A.PNG") == .png)
    #expect(ImageFormat(fileName: "a.b.JpG") == .jpeg)
    #expect(ImageFormat(fileName: "a.jpeg") == .jpeg)
    #expect(ImageFormat(fileName: "a.gif") == nil)
    #expect(ImageFormat(fileName: "png") == nil)
  }
}
