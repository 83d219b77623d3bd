import CSystem
import ImageIO
import Testing

@Suite struct PNGReadingTests {
  let folder = TestFolder()

  /// The samples' colours, in 0...255 on white.
  private func expected(_ png: PNGBuilder) -> [Double] {
    let maximum = Double(1 << png.bits - 1)
    return png.samples.flatMap { stored -> [Double] in
      var color = stored.prefix(png.channels >= 3 ? 3 : 1).map { Double($0) / maximum }
      var alpha = png.channels % 2 == 0 ? Double(stored.last ?? 0) / maximum : 1
      if png.colorType == 3 {
        color = png.palette[stored[0]].map { Double($0) / 255 }
        if stored[0] < png.transparency.count { alpha = Double(png.transparency[stored[0]]) / 255 }
      } else if !png.transparency.isEmpty {
        let key = stride(from: 0, to: png.transparency.count, by: 2).map {
          Int(png.transparency[$0]) << 8 | Int(png.transparency[$0 + 1])
        }
        if key == stored { alpha = 0 }
      }
      if color.count == 1 { color = [color[0], color[0], color[0]] }
      return color.map { 255 * ($0 * alpha + 1 - alpha) }
    }
  }

  @Test(arguments: [false, true])
  func everyKindOfPNG(interlaced: Bool) throws {
    let kinds = [
      (0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 2), (3, 4), (3, 8),
      (4, 8), (4, 16), (6, 8), (6, 16),
    ]
    var random = SeededRandom(seed: 1)
    for (colorType, bits) in kinds {
      for transparent in colorType < 4 ? [false, true] : [false] {
        for (width, height) in [(1, 1), (3, 2), (9, 11), (17, 8)] {
          var png = PNGBuilder(width: width, height: height, bits: bits, colorType: colorType)
          png.interlaced = interlaced
          // Palettes shorter than the index range allows are legal; indices stay inside.
          let values = colorType == 3 ? max(1, (1 << bits) - 1) : 1 << bits
          png.samples = (0..<(width * height)).map { _ in
            (0..<png.channels).map { _ in Int.random(in: 0..<values, using: &random) }
          }
          if colorType == 3 {
            png.palette = (0..<values).map { _ in
              (0..<3).map { _ in UInt8.random(in: 0...255, using: &random) }
            }
          }
          if transparent && colorType == 3 {
            png.transparency = (0..<((values + 1) / 2)).map { _ in
              UInt8.random(in: 0...255, using: &random)
            }
          } else if transparent {
            png.transparency = png.samples[0].flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
          }
          let image = try readImage(path: folder.write(png.file()))
          let want = expected(png)
          #expect(image.size == ImageSize(width: width, height: height))
          let worst = zip(image.pixels, want).map { abs($0 - Float($1)) }.max() ?? 0
          let isExact = bits <= 8 && png.channels % 2 == 1 && !transparent
          #expect(
            worst <= (isExact ? 0 : 4e-5),
            "type \(colorType), \(bits) bits, tRNS \(transparent), \(width)x\(height): \(worst)")
        }
      }
    }
  }

  @Test func infoTellsTheHeader() throws {
    var png = PNGBuilder(width: 3, height: 2, bits: 16, colorType: 6)
    png.interlaced = true
    png.samples = Array(repeating: [1, 2, 3, 4], count: 6)
    let info = try readImageInfo(path: folder.write(png.file()))
    #expect(info.format == .png && info.size == ImageSize(width: 3, height: 2))
    #expect(info.bitsPerSample == 16 && info.hasAlpha && info.needsWholeImage)
    #expect(info.orientation == 1)
  }

  @Test func otherChunksAndTrailingBytesPlayNoPart() throws {
    var png = PNGBuilder(width: 2, height: 1)
    png.samples = [[10, 20, 30], [40, 50, 60]]
    var file = png.file()
    let chunks =
      PNGBuilder.chunk("bKGD", [0, 255, 0, 0, 0, 0])
      + PNGBuilder.chunk("gAMA", [1, 2]) + PNGBuilder.chunk("cHRM", [0])
      + PNGBuilder.chunk("zTXt", Array("bomb".utf8) + [0, 0] + PNGBuilder.zlibZeros(50_000_000))
    file.insert(contentsOf: chunks, at: 33)
    file += [1, 2, 3]
    let image = try readImage(path: folder.write(file)) { Issue.record("\($0)") }
    #expect(image.pixels == [10, 20, 30, 40, 50, 60])
  }

  /// TIFF with one entry: the orientation, as SHORT or LONG.
  private func exif(_ orientation: UInt8, isLong: Bool) -> [UInt8] {
    Array("MM".utf8) + [0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, isLong ? 4 : 3, 0, 0, 0, 1]
      + (isLong ? [0, 0, 0, orientation] : [0, orientation, 0, 0]) + [0, 0, 0, 0]
  }

  @Test(arguments: 1...8, [false, true])
  func orientationBeforeAndAfterThePixels(orientation: Int, isAfter: Bool) throws {
    var png = PNGBuilder(width: 3, height: 2)
    png.samples = (0..<6).map { [40 * $0, 7, 200 - $0] }
    let chunk = PNGBuilder.chunk("eXIf", exif(UInt8(orientation), isLong: isAfter))
    var file = png.file()
    file.insert(contentsOf: chunk, at: isAfter ? file.count - 12 : 33)
    let image = try readImage(path: folder.write(file)) { Issue.record("\($0)") }
    let turned = orientation >= 5
    #expect(image.size == ImageSize(width: turned ? 2 : 3, height: turned ? 3 : 2))
    // Where the stored first row and the stored first column are (EXIF 2.32, 4.6.4).
    for y in 0..<image.height {
      for x in 0..<image.width {
        let (row, column) = turned ? (x, y) : (y, x)
        let storedRow = [3, 4, 6, 7].contains(orientation) ? 1 - row : row
        let storedColumn = [2, 3, 7, 8].contains(orientation) ? 2 - column : column
        let red = image.pixels[3 * (y * image.width + x)]
        #expect(red == Float(40 * (storedRow * 3 + storedColumn)))
      }
    }
  }

  /// Complete to its last pixel: what is wrong after it is said, and the picture is read.
  @Test func aMissingOrDamagedEndIsAWarning() throws {
    for interlaced in [false, true] {
      var png = PNGBuilder(width: 3, height: 2)
      png.interlaced = interlaced
      png.samples = (0..<6).map { [40 * $0, 7, 200 - $0] }
      let file = png.file()
      let whole = try readImage(path: folder.write(file))
      var wrong = file
      wrong[file.count - 1] ^= 1
      // Without IEND, without its last byte, with a wrong sum.
      for bytes in [file.dropLast(12), file.dropLast(), wrong[...]].map({ Array($0) }) {
        var warnings: [ImageWarning] = []
        let image = try readImage(path: folder.write(bytes)) { warnings.append($0) }
        #expect(image == whole && warnings == [.noEnd])
      }
      // A wrong sum of pixels is an error as ever.
      wrong = file
      wrong[file.count - 13] ^= 1
      #expect(throws: ImageError.self) { try readImage(path: folder.write(wrong)) }
    }
  }

  /// A chunk that may not be passed over (its first letter is large).
  @Test func unknownCriticalChunksAreRefused() {
    var file = PNGBuilder(width: 1, height: 1, samples: [[1, 2, 3]]).file()
    file.insert(contentsOf: PNGBuilder.chunk("CgBI", [0x50, 0, 0x20, 2]), at: 33)
    #expect(throws: ImageError.self) { try readImage(path: folder.write(file)) }
  }

  /// 192 MB of samples: only a few rows of them may be held.
  @Test func aLargePNGShrinksInLittleMemory() async {
    await #expect(processExitsWith: .success) {
      let (width, height) = (6000, 4000)
      var file = PNGBuilder.signature
      file += PNGBuilder(width: width, height: height, bits: 16, colorType: 6).header()
      file += PNGBuilder.chunk("IDAT", PNGBuilder.zlibZeros(height * (1 + 8 * width)))
      file += PNGBuilder.chunk("IEND", [])
      let folder = TestFolder()
      let path = folder.write(file)
      let before = system_peak_resident_bytes()
      let image = try readImage(path: path, size: .longerSide(300))
      #expect(system_peak_resident_bytes() - before < 4 << 20)
      #expect(image.size == ImageSize(width: 300, height: 200))
      // Nothing but transparent black, on white.
      #expect(image.pixels.allSatisfy { abs($0 - 255) < 1e-3 })
    }
  }
}
