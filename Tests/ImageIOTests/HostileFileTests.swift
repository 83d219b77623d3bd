import CSystem
import ImageIO
import TestSupport
import Testing

@Suite struct HostileFileTests {
  let folder = TestFolder()

  /// Far more than the fixtures need, far less than a damaged header can ask for.
  static let limits = ImageLimits(pixels: 1 << 20, wholeImagePixels: 1 << 18, resultPixels: 1 << 20)

  private func pngs() -> [[UInt8]] {
    [(0, 1, false), (2, 8, true), (3, 4, false), (6, 16, true)].map { colorType, bits, interlaced in
      var png = PNGBuilder(width: 13, height: 7, bits: bits, colorType: colorType)
      png.interlaced = interlaced
      png.samples = (0..<91).map { index in (0..<png.channels).map { (index + $0) % (1 << bits) } }
      if colorType == 3 { png.palette = (0..<16).map { [$0, 2 * $0, 3 * $0] } }
      return png.file()
    }
  }

  static let jpegs = [
    "baseline-444", "baseline-420", "progressive-420", "grey", "grey-progressive", "restart",
    "orientation-6", "cmyk",
  ]
  static let webps = ["lossy", "lossless", "lossy-alpha", "lossless-alpha", "profile", "animated"]

  @Test func everyTruncatedPNGIsAnError() {
    for file in pngs() {
      let path = folder.write(file)
      // Without IEND, the pixels are complete.
      for count in (0..<(file.count - 12)).reversed() {
        #expect(truncate(path.description, count) == 0)
        let error = #expect(throws: ImageError.self) { try readImage(path: path) }
        switch error {
        case .truncated(.png): #expect(count >= 4)
        case .notAnImage(let start): #expect(count < 4 && start.count == count)
        case .isEmpty: #expect(count == 0)
        default: Issue.record("cut at \(count): \(String(describing: error))")
        }
      }
    }
  }

  @Test(arguments: jpegs)
  func everyTruncatedJPEGIsAnError(name: String) throws {
    let file = readBytes(fixture("\(name).jpg"))
    let path = folder.write(file)
    let isProgressive = name.contains("progressive")
    // Without its end marker alone, a picture of one scan is complete.
    for count in (0..<(file.count - (isProgressive ? 0 : 2))).reversed() {
      #expect(truncate(path.description, count) == 0)
      let error = #expect(throws: ImageError.self, "\(count) of \(file.count)") {
        try readImage(path: path)
      }
      switch error {
      case .truncated(.jpeg): #expect(count >= 3)
      case .notAnImage(let start): #expect(count < 3 && start.count == count)
      case .isEmpty: #expect(count == 0)
      default: Issue.record("cut at \(count): \(String(describing: error))")
      }
    }
  }

  /// Damaged files give an error or an image, never a trap.
  private func flipBits(_ file: [UInt8], times: Int, seed: UInt64) -> Int {
    var random = SeededRandom(seed: seed)
    var errors = 0
    for _ in 0..<times {
      var damaged = file
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let bit = Int.random(in: 0..<(8 * file.count), using: &random)
        damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      }
      let path = folder.write(damaged)
      do {
        let image = try readImage(path: path, limits: Self.limits)
        #expect(image.pixels.allSatisfy { (0...255).contains($0) })
        #expect(image.pixels.count == 3 * image.size.width * image.size.height)
        // What the file does not say is not made up from memory that nothing has written to.
        #expect(try readImage(path: path, limits: Self.limits).pixels == image.pixels)
      } catch {
        #expect(!error.description.isEmpty)
        errors += 1
      }
    }
    return errors
  }

  @Test func flippedBitsInPNG() {
    // CRC and Adler sums catch nearly all of them.
    for (index, file) in pngs().enumerated() {
      #expect(flipBits(file, times: 1000, seed: UInt64(index)) > 900)
    }
  }

  /// With the sums made right again the damage reaches the decoder proper.
  @Test func flippedBitsInChunks() {
    var random = SeededRandom(seed: 7)
    var png = PNGBuilder(width: 13, height: 7, bits: 4, colorType: 3)
    for _ in 0..<2000 {
      var header = Array(png.header()[8..<21])
      header[Int.random(in: 0..<13, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      png.palette = (0..<Int.random(in: 1...300, using: &random)).map { _ in [1, 2, 3] }
      var data = PNGBuilder.zlibStored((0..<60).map { _ in .random(in: 0...255, using: &random) })
      if Bool.random(using: &random) {
        data[Int.random(in: 0..<data.count, using: &random)] ^= 4
      }
      let count = Int.random(in: 0...300, using: &random)
      let file =
        PNGBuilder.signature + PNGBuilder.chunk("IHDR", header)
        + PNGBuilder.chunk("PLTE", png.palette.flatMap { $0 })
        + PNGBuilder.chunk("tRNS", [UInt8](repeating: 9, count: count))
        + PNGBuilder.chunk("IDAT", data) + PNGBuilder.chunk("IEND", [])
      let path = folder.write(file)
      if let image = try? readImage(path: path, limits: Self.limits) {
        #expect(image.pixels.allSatisfy { (0...255).contains($0) })
      }
    }
  }

  @Test(arguments: jpegs)
  func flippedBitsInJPEG(name: String) {
    let times = isSlow ? 500 : 2000
    let errors = flipBits(readBytes(fixture("\(name).jpg")), times: times, seed: 8)
    // Damage to the header is refused, damage to a sample is not seen.
    #expect((times / 20...times * 19 / 20).contains(errors), "\(errors) errors")
  }

  @Test(arguments: webps)
  func flippedBitsInWebP(name: String) {
    let errors = flipBits(readBytes(fixture("\(name).webp")), times: 300, seed: 9)
    #expect(name == "animated" ? errors > 250 : (10...290).contains(errors), "\(errors) errors")
  }

  @Test(arguments: webps)
  func everyTruncatedWebPIsAnError(name: String) throws {
    let file = readBytes(fixture("\(name).webp"))
    let path = folder.write(file)
    let whole = try? readImage(path: path)
    for count in (0..<file.count).reversed() {
      #expect(truncate(path.description, count) == 0)
      var warnings: [ImageWarning] = []
      do {
        // What comes after the picture's own chunk may be missing, and a byte that only fills up.
        let image = try readImage(path: path) { warnings.append($0) }
        #expect(image.size.pixelCount == whole?.size.pixelCount)
        #expect(count == file.count - 1 || warnings.contains(.noEnd), "\(count)")
      } catch {
        switch error {
        case .truncated(.webp): #expect(count >= 12)
        case .notAnImage: #expect(count < 12)
        case .isEmpty: #expect(count == 0)
        case .otherFormat(.animatedWebP, _): #expect(name == "animated")
        default: Issue.record("cut at \(count): \(error)")
        }
      }
    }
  }

  /// Profiles that are wrong in any way: a picture, with a warning or without.
  @Test func flippedBitsInProfiles() throws {
    var random = SeededRandom(seed: 10)
    let tables = readBytes(fixture("cmyk-profile.jpg"))
    guard
      let start = (0..<tables.count - 12).first(where: {
        tables[$0..<($0 + 11)].elementsEqual("ICC_PROFILE".utf8)
      })
    else {
      Issue.record("no profile")
      return
    }
    let png = PNGBuilder(width: 2, height: 1, samples: [[10, 20, 30], [40, 50, 60]])
    for _ in 0..<100 {
      var jpeg = tables
      var profile = ColorSpace.displayP3.profile
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let place = Int.random(in: start + 14..<start + 1000, using: &random)
        jpeg[place] = .random(in: 0...255, using: &random)
        profile[Int.random(in: 0..<profile.count, using: &random)] = .random(
          in: 0...255, using: &random)
      }
      var file = png.file()
      let data = ColorTests.iccp + PNGBuilder.zlibStored(profile)
      file.insert(contentsOf: PNGBuilder.chunk("iCCP", data), at: 33)
      let read = try readImage(path: folder.write(file))
      for image in [read, try? readImage(path: folder.write(jpeg))] {
        #expect(image?.pixels.allSatisfy { (0...255).contains($0) } != false)
      }
    }
  }

  /// Lengths that a file does not have, in every place that has one.
  @Test func claimedLengthsTakeLittleMemory() async {
    await #expect(processExitsWith: .success) {
      let folder = TestFolder()
      let before = system_peak_resident_bytes()
      func webp(_ chunk: String, _ length: [UInt8]) -> [UInt8] {
        Array("RIFF".utf8) + [0xFF, 0xFF, 0xFF, 0x7F] + Array("WEBP\(chunk)".utf8) + length
          + [0x2F, 0xFF, 0xFF, 0xFF, 0x0F, 0, 0]
      }
      for chunk in ["VP8L", "VP8 ", "ALPH", "ICCP", "EXIF", "XMP ", "none"] {
        for length: [UInt8] in [[0, 0, 0, 0x3F], [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0x30, 0]] {
          #expect(throws: ImageError.self) {
            try readImage(path: folder.write(webp(chunk, length)))
          }
        }
      }
      let png = PNGBuilder(width: 2, height: 1, samples: [[10, 20, 30], [40, 50, 60]])
      for _ in 0..<3 {
        var file = png.file()
        let bomb = PNGBuilder.zlibZeros(100_000_000)
        file.insert(contentsOf: PNGBuilder.chunk("iCCP", ColorTests.iccp + bomb), at: 33)
        file.insert(
          contentsOf: PNGBuilder.chunk("eXIf", [UInt8](repeating: 77, count: 900_000)), at: 33)
        _ = try readImage(path: folder.write(file))
      }
      #expect(system_peak_resident_bytes() - before < 12 << 20)
    }
  }

  @Test func hugeHeadersAreRefusedAtOnce() {
    func error(_ file: [UInt8]) -> ImageError? {
      let path = folder.write(file)
      return #expect(throws: ImageError.self) { try readImage(path: path, size: .longerSide(64)) }
    }
    var png = PNGBuilder(width: 60000, height: 60000, bits: 16, colorType: 6)
    let size = ImageSize(width: 60000, height: 60000)
    #expect(
      error(PNGBuilder.signature + png.header())
        == .tooManyPixels(size, limit: 1 << 28, needsWholeImage: false))
    png.interlaced = true
    #expect(
      error(PNGBuilder.signature + png.header())
        == .tooManyPixels(size, limit: 1 << 26, needsWholeImage: true))
    png.width = 70000
    #expect(
      error(PNGBuilder.signature + png.header())
        == .sideTooLong(ImageSize(width: 70000, height: 60000), limit: 65500))
    png.width = 1 << 31
    #expect(
      error(PNGBuilder.signature + png.header())
        == .sideTooLong(ImageSize(width: 1 << 31, height: 60000), limit: 65500))
    for name in ["baseline-420", "progressive-420"] {
      var jpeg = readBytes(fixture("\(name).jpg"))
      let isFrame = { jpeg[$0] == 0xFF && (jpeg[$0 + 1] == 0xC0 || jpeg[$0 + 1] == 0xC2) }
      guard let frame = jpeg.indices.dropLast().first(where: isFrame) else {
        Issue.record("no frame header")
        return
      }
      for (index, byte) in [60000 >> 8, 60000 & 255, 60000 >> 8, 60000 & 255].enumerated() {
        jpeg[frame + 5 + index] = UInt8(byte)
      }
      let whole = name == "progressive-420"
      #expect(
        error(jpeg)
          == .tooManyPixels(size, limit: whole ? 1 << 26 : 1 << 28, needsWholeImage: whole))
      for index in 5..<9 { jpeg[frame + index] = 0xFF }
      #expect(
        error(jpeg) == .sideTooLong(ImageSize(width: 65535, height: 65535), limit: 65500))
    }
  }

  /// Pixels within the limits, of which only the first few bytes are there, must not be touched.
  @Test func headersAloneTakeLittleMemory() async {
    await #expect(processExitsWith: .success) {
      let folder = TestFolder()
      var png = PNGBuilder(width: 8000, height: 8000, bits: 16, colorType: 6)
      png.interlaced = true
      let start = PNGBuilder.signature + png.header()
      let before = system_peak_resident_bytes()
      for rest in [[], PNGBuilder.chunk("IDAT", [0x78, 0x01])] {
        #expect(throws: ImageError.truncated(.png)) {
          try readImage(path: folder.write(start + rest), size: .longerSide(64))
        }
      }
      #expect(system_peak_resident_bytes() - before < 4 << 20)
    }
  }

  @Test func manyMarkersTakeLittleMemory() async {
    await #expect(processExitsWith: .success) {
      // 400 EXIF markers of 64 KB before the frame: 26 MB, of which one is kept.
      let jpeg = readBytes(fixture("baseline-444.jpg"))
      let marker: [UInt8] =
        [0xFF, 0xE1, 0xFF, 0xFF] + Array("Exif\0\0".utf8) + [UInt8](repeating: 0, count: 65527)
      let folder = TestFolder()
      let path = folder.write(Array(jpeg[..<2]))
      for _ in 0..<400 { folder.write(marker, appending: true) }
      folder.write(Array(jpeg[2...]), appending: true)
      let before = system_peak_resident_bytes()
      let image = try readImage(path: path)
      #expect(image.size == ImageSize(width: 45, height: 31))
      #expect(system_peak_resident_bytes() - before < 4 << 20)
    }
  }

  @Test func aFarTooLargeResultIsRefused() {
    let wanted = ImageSize(width: 60000, height: 60000)
    #expect(throws: ImageError.resultTooLarge(wanted, limit: 1 << 28)) {
      try readImage(path: fixture("one-pixel.jpg"), size: .longerSide(60000, upscale: true))
    }
  }
}
