import CSystem
import FileNames
import ImageIO
import Testing

/// Colours that are not sRGB, against the formulas of `ColorSpace`.
@Suite struct ColorTests {
  let folder = TestFolder()

  static let iccp = Array("name".utf8) + [0, 0]

  /// A PNG whose file gets chunks after its header.
  private func path(_ png: PNGBuilder, _ chunks: [(String, [UInt8])]) -> FilePath {
    var file = png.file()
    file.insert(contentsOf: chunks.flatMap { PNGBuilder.chunk($0.0, $0.1) }, at: 33)
    return folder.write(file)
  }

  private func picture(bits: Int, colorType: Int = 2, seed: UInt64 = 1) -> PNGBuilder {
    var random = SeededRandom(seed: seed)
    var png = PNGBuilder(width: 23, height: 11, bits: bits, colorType: colorType)
    png.samples = (0..<(23 * 11)).map { _ in
      (0..<png.channels).map { _ in Int.random(in: 0..<(1 << bits), using: &random) }
    }
    return png
  }

  /// The picture in sRGB, 0...255, on white.
  private func expected(_ png: PNGBuilder, _ space: ColorSpace) -> [Double] {
    let maximum = Double(1 << png.bits - 1)
    return png.samples.flatMap { stored -> [Double] in
      var color = stored.map { Double($0) / maximum }
      let alpha = png.channels % 2 == 0 ? color.removeLast() : 1
      if color.count == 1 { color = [color[0], color[0], color[0]] }
      return space.toSRGB(color).map { 255 * ($0 * alpha + 1 - alpha) }
    }
  }

  private func worst(_ path: FilePath, _ want: [Double]) throws -> Double {
    let image = try readImage(path: path) { Issue.record("\($0)") }
    return zip(image.pixels, want).map { abs(Double($0) - $1) }.max() ?? 0
  }

  static let spaces: [ColorSpace] = [.displayP3, .adobeRGB, .proPhoto]

  /// Eight bits come as Little CMS rounds them, sixteen keep theirs.
  @Test(arguments: 0..<3, [(2, 8), (2, 16), (6, 8), (6, 16), (0, 8), (0, 16), (4, 8), (4, 16)])
  func profilesOfPNG(space: Int, kind: (Int, Int)) throws {
    let space = Self.spaces[space]
    let png = picture(bits: kind.1, colorType: kind.0)
    let path = path(png, [("iCCP", Self.iccp + PNGBuilder.zlibStored(space.profile))])
    let worst = try worst(path, expected(png, space))
    #expect(worst < (kind.1 == 8 ? 0.75 : 0.1), "\(worst)")
    #expect(try readImageInfo(path: path).convertsColors || png.channels < 3)
  }

  @Test func profilesOfGrey() throws {
    let curve = [1.0]
    for (type, bits) in [(0, 8), (0, 16), (4, 8), (4, 16)] {
      let png = picture(bits: bits, colorType: type)
      var space = ColorSpace.srgb
      space.curve = curve
      let profile = ColorSpace.greyProfile(curve: curve)
      let path = path(png, [("iCCP", Self.iccp + PNGBuilder.zlibStored(profile))])
      #expect(try worst(path, expected(png, space)) < (bits == 8 ? 0.75 : 0.1))
    }
  }

  @Test func paletteWithProfile() throws {
    var png = PNGBuilder(width: 16, height: 1, bits: 4, colorType: 3)
    png.palette = (0..<16).map { [$0 * 17, 255 - $0 * 17, $0 * $0] }
    png.samples = (0..<16).map { [$0] }
    let want = png.palette.flatMap { color in
      ColorSpace.displayP3.toSRGB(color.map { Double($0) / 255 }).map { 255 * $0 }
    }
    let profile = ColorSpace.displayP3.profile
    let path = path(png, [("iCCP", Self.iccp + PNGBuilder.zlibStored(profile))])
    #expect(try worst(path, want) < 0.75)
  }

  private func chromaticities(_ space: ColorSpace) -> [UInt8] {
    [space.white, space.red, space.green, space.blue].flatMap { [$0.0, $0.1] }.flatMap {
      PNGBuilder.bigEndian(Int(($0 * 100000).rounded()))
    }
  }

  private func gamma(_ value: Int) -> (String, [UInt8]) { ("gAMA", PNGBuilder.bigEndian(value)) }

  @Test func gammaAndChromaticities() throws {
    var linear = ColorSpace.srgb
    linear.curve = [1]
    for bits in [8, 16] {
      let png = picture(bits: bits)
      #expect(try worst(path(png, [gamma(100000)]), expected(png, linear)) < 0.75)
      var space = ColorSpace.adobeRGB
      space.curve = [1 / 0.45455]
      let chunks = [gamma(45455), ("cHRM", chromaticities(space))]
      #expect(try worst(path(png, chunks), expected(png, space)) < 0.75)
      let alone = [("cHRM", chromaticities(.displayP3))]
      #expect(try worst(path(png, alone), expected(png, .displayP3)) < 0.75)
    }
    // A gamma of 1 is exact in the shadows, where 8 bits of it would have nothing.
    let dark = picture(bits: 16)
    #expect(try worst(path(dark, [gamma(100000)]), expected(dark, linear)) < 0.1)
  }

  @Test func colorsByNumber() throws {
    var rec709 = ColorSpace.srgb
    rec709.curve = [1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081]
    let rec2020 = ColorSpace(
      red: (0.708, 0.292), green: (0.170, 0.797), blue: (0.131, 0.046), curve: [1])
    let numbers: [([UInt8], ColorSpace)] = [
      ([12, 13, 0, 1], .displayP3), ([1, 1, 0, 1], rec709), ([9, 8, 0, 1], rec2020),
      ([1, 13, 0, 1], .srgb),
    ]
    for (number, space) in numbers {
      let png = picture(bits: 16)
      let worst = try worst(path(png, [("cICP", number)]), expected(png, space))
      #expect(worst < 0.1, "\(number): \(worst)")
    }
  }

  /// PQ and HLG: reference white is white, black black, and what is brighter is white, with a warning.
  @Test func highDynamicRange() throws {
    for (transfer, white) in [(UInt8(16), 0.5807), (18, 0.75)] {
      var png = PNGBuilder(width: 3, height: 1, bits: 16)
      let code = Int((65535 * white).rounded())
      png.samples = [[0, 0, 0], [code, code, code], [65535, 65535, 65535]]
      var warnings: [ImageWarning] = []
      let image = try readImage(path: path(png, [("cICP", [1, transfer, 0, 1])])) {
        warnings.append($0)
      }
      #expect(warnings == [.highlightsClipped])
      #expect(image.pixels[0] == 0 && abs(image.pixels[3] - 255) < 1.5 && image.pixels[6] > 254.9)
    }
  }

  @Test func precedenceIsThatOfThePNGSpecification() throws {
    let png = picture(bits: 16)
    let icc = ("iCCP", Self.iccp + PNGBuilder.zlibStored(ColorSpace.adobeRGB.profile))
    let (cicp, srgb) = (("cICP", [12, 13, 0, 1] as [UInt8]), ("sRGB", [0] as [UInt8]))
    let all = [gamma(100000), ("cHRM", chromaticities(.proPhoto)), srgb, icc, cicp]
    #expect(try worst(path(png, all), expected(png, .displayP3)) < 0.1)
    #expect(try worst(path(png, Array(all.prefix(4))), expected(png, .adobeRGB)) < 0.1)
    #expect(try worst(path(png, Array(all.prefix(3))), expected(png, .srgb)) < 1e-3)
    // Numbers that are not understood leave the word to the profile.
    let unknown = [("cICP", [200, 13, 0, 1] as [UInt8]), icc]
    #expect(try worst(path(png, unknown), expected(png, .adobeRGB)) < 0.1)
  }

  /// A file that is sRGB by whatever words keeps its samples.
  @Test func sRGBIsLeftAsItIs() throws {
    let png = picture(bits: 8)
    let plain = try readImage(path: path(png, []))
    let words: [[(String, [UInt8])]] = [
      [("sRGB", [0])], [gamma(45455)], [gamma(45455), ("cHRM", chromaticities(.srgb))],
      [("iCCP", Self.iccp + PNGBuilder.zlibStored(ColorSpace.srgb.profile))],
      [("cICP", [1, 13, 0, 1])],
    ]
    for chunks in words {
      let path = path(png, chunks)
      #expect(try readImage(path: path) == plain)
      #expect(try !readImageInfo(path: path).convertsColors)
    }
  }

  @Test func damagedProfilesAreSaid() throws {
    let png = picture(bits: 8)
    let plain = try readImage(path: path(png, []))
    let good = ColorSpace.displayP3.profile
    let lab = ColorSpace.profile(space: "Lab ", tags: [])
    let cases: [([UInt8], ImageWarning)] = [
      (Self.iccp + [1, 2, 3], .profileDamaged), ([], .profileDamaged),
      (Self.iccp + PNGBuilder.zlibStored(Array(good.prefix(200))), .profileDamaged),
      (
        Self.iccp + PNGBuilder.zlibStored([0, 0, 0, 200] + [UInt8](repeating: 7, count: 196)),
        .profileDamaged
      ),
      (Self.iccp + PNGBuilder.zlibStored([0xFF, 0, 0, 0] + good.dropFirst(4)), .profileDamaged),
      (Self.iccp + PNGBuilder.zlibStored(lab), .profileMisfit),
      (Self.iccp + PNGBuilder.zlibStored(ColorSpace.greyProfile(curve: [1])), .profileMisfit),
    ]
    for (chunk, warning) in cases {
      var warnings: [ImageWarning] = []
      let image = try readImage(path: path(png, [("iCCP", chunk)])) { warnings.append($0) }
      #expect(image == plain && warnings == [warning], "\(warnings)")
    }
    var warnings: [ImageWarning] = []
    _ = try readImage(path: path(png, [("cICP", [0, 200, 9, 1])])) { warnings.append($0) }
    #expect(warnings == [.colorsUnknown])
  }

  /// The plan covers Little CMS and its rows, and both are small.
  @Test func memoryIsAsPlanned() async {
    await #expect(processExitsWith: .success) {
      let folder = TestFolder()
      for (type, bits) in [(2, 8), (6, 16)] {
        let png = PNGBuilder(width: 4000, height: 1000, bits: bits, colorType: type)
        let count = png.height * (1 + png.width * png.channels * bits / 8)
        let profile = ColorTests.iccp + PNGBuilder.zlibStored(ColorSpace.displayP3.profile)
        let file =
          PNGBuilder.signature + png.header() + PNGBuilder.chunk("iCCP", profile)
          + PNGBuilder.chunk("IDAT", PNGBuilder.zlibZeros(count)) + PNGBuilder.chunk("IEND", [])
        let reader = try ImageReader(path: folder.write(file))
        let size = ImageSize(width: 400, height: 100)
        let planned = reader.readingBytes(size: size)
        var pixels = [Float](repeating: 1, count: 3 * size.pixelCount)
        let before = system_peak_resident_bytes()
        var span = pixels.mutableSpan
        try reader.read(into: &span, size: size)
        #expect(system_peak_resident_bytes() - before < planned + 256 << 10)
        #expect(planned < 3 << 20 && reader.info.convertsColors)
      }
    }
  }

  // --- JPEG ----------------------------------------------------------------------------------------

  /// A JPEG with markers after its first two bytes.
  private func jpeg(_ parts: [(number: UInt8, count: UInt8, bytes: ArraySlice<UInt8>)]) -> FilePath
  {
    var file = readBytes(fixture("baseline-444.jpg"))
    let markers = parts.flatMap { part -> [UInt8] in
      let data = Array("ICC_PROFILE\0".utf8) + [part.number, part.count] + part.bytes
      return [0xFF, 0xE2, UInt8((data.count + 2) >> 8), UInt8((data.count + 2) & 255)] + data
    }
    file.insert(contentsOf: markers, at: 2)
    return folder.write(file)
  }

  @Test func partsOfAProfileInAnyOrder() throws {
    let profile = ColorSpace.displayP3.profile
    let cuts = [0, 100, 101, 300, profile.count]
    let parts = (1...4).map { (UInt8($0), UInt8(4), profile[cuts[$0 - 1]..<cuts[$0]]) }
    let whole = try readImage(path: fixture("p3.expected.png"))
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
      let image = try readImage(path: jpeg(order.map { parts[$0] })) { Issue.record("\($0)") }
      #expect(zip(image.pixels, whole.pixels).allSatisfy { abs($0 - $1) <= 1 })
    }
    // One is missing, twice there, or of another count: sRGB, and a warning.
    let plain = try readImage(path: fixture("baseline-444.jpg"))
    let damaged = [
      Array(parts.prefix(3)), parts + [parts[1]], [(0, 1, profile[...])], [(2, 1, profile[...])],
      [parts[0], (2, 2, parts[1].2)], [(1, 1, [])],
    ]
    for parts in damaged {
      var warnings: [ImageWarning] = []
      let image = try readImage(path: jpeg(parts)) { warnings.append($0) }
      #expect(image == plain && warnings == [.profileDamaged], "\(parts.count)")
    }
  }
}
