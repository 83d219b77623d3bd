import ImageIO
import Testing

@Suite struct ResizeTests {
  private func noise(_ size: ImageSize, seed: UInt64) -> RGBImage {
    var random = SeededRandom(seed: seed)
    let pixels = (0..<(3 * size.pixelCount)).map { _ in
      Float(Int.random(in: 0...255, using: &random))
    }
    return RGBImage(size: size, pixels: pixels)
  }

  /// Catmull-Rom as Mitchell and Netravali write it, with B = 0 and C = 1/2.
  private func kernel(_ distance: Double) -> Double {
    let (b, c, x) = (0.0, 0.5, abs(distance))
    if x >= 2 { return 0 }
    let sum =
      x < 1
      ? (12 - 9 * b - 6 * c) * x * x * x + (-18 + 12 * b + 6 * c) * x * x + 6 - 2 * b
      : (-b - 6 * c) * x * x * x + (6 * b + 30 * c) * x * x + (-12 * b - 48 * c) * x + 8 * b
        + 24 * c
    return sum / 6
  }

  /// Each output pixel as one weighted mean over all input pixels, in Float64.
  private func direct(_ image: RGBImage, to size: ImageSize) -> [Double] {
    let across = Double(image.width) / Double(size.width)
    let down = Double(image.height) / Double(size.height)
    var result: [Double] = []
    for y in 0..<size.height {
      for x in 0..<size.width {
        var (sums, total) = ([0.0, 0.0, 0.0], 0.0)
        for v in 0..<image.height {
          let vertical = kernel((Double(v) + 0.5 - (Double(y) + 0.5) * down) / max(down, 1))
          if vertical == 0 { continue }
          for u in 0..<image.width {
            let distance = Double(u) + 0.5 - (Double(x) + 0.5) * across
            let weight = vertical * kernel(distance / max(across, 1))
            let pixel = 3 * (v * image.width + u)
            total += weight
            for c in 0..<3 { sums[c] += weight * Double(image.pixels[pixel + c]) }
          }
        }
        result += sums.map { min(max($0 / total, 0), 255) }
      }
    }
    return result
  }

  @Test func equalsTheDirectSum() {
    let pairs = [
      ((20, 14), (7, 5)), ((7, 5), (20, 14)), ((13, 17), (13, 17)), ((31, 9), (8, 27)),
      ((1, 1), (4, 3)), ((1, 23), (1, 5)), ((29, 1), (3, 1)), ((64, 48), (63, 47)),
      ((5, 5), (1, 1)), ((33, 27), (11, 9)), ((11, 9), (33, 27)), ((2, 3), (3, 2)),
      ((40, 40), (4, 39)),
    ]
    for (index, (from, to)) in pairs.enumerated() {
      let image = noise(ImageSize(width: from.0, height: from.1), seed: UInt64(index))
      let size = ImageSize(width: to.0, height: to.1)
      let result = resized(image, to: size)
      let expected = direct(image, to: size)
      let worst = zip(result.pixels, expected).map { abs(Double($0) - $1) }.max() ?? 0
      #expect(result.size == size && worst < 2e-4, "\(from) to \(to): \(worst)")
    }
  }

  @Test func anUnchangedSizeIsExact() {
    let image = noise(ImageSize(width: 23, height: 19), seed: 3)
    #expect(resized(image, to: image.size) == image)
  }

  @Test func constantImagesStayConstant() {
    for value: Float in [0, 1, 77, 254, 255] {
      let pairs = [((40, 30), (9, 7)), ((9, 7), (40, 30)), ((1, 1), (5, 5)), ((97, 3), (2, 2))]
      for (from, to) in pairs {
        let size = ImageSize(width: from.0, height: from.1)
        let image = RGBImage(
          size: size, pixels: [Float](repeating: value, count: 3 * size.pixelCount))
        let result = resized(image, to: ImageSize(width: to.0, height: to.1))
        #expect(result.pixels.allSatisfy { abs($0 - value) < 5e-4 }, "\(value), \(from) to \(to)")
      }
    }
  }

  /// A mirrored image gives the mirrored result: the grid is not shifted.
  @Test func isSymmetric() {
    func mirrored(_ image: RGBImage) -> RGBImage {
      var result = image
      for y in 0..<image.height {
        for x in 0..<image.width {
          for c in 0..<3 {
            result.pixels[3 * (y * image.width + x) + c] =
              image.pixels[3 * (y * image.width + image.width - 1 - x) + c]
          }
        }
      }
      return result
    }
    let image = noise(ImageSize(width: 37, height: 5), seed: 4)
    let size = ImageSize(width: 11, height: 5)
    let one = resized(mirrored(image), to: size)
    let other = mirrored(resized(image, to: size))
    #expect(zip(one.pixels, other.pixels).allSatisfy { abs($0 - $1) < 1e-3 })
  }

  /// The bits are part of the contract; they were the same on x86-64 and ARM64 when they were
  /// recorded.
  @Test func hasTheSameBitsEverywhere() {
    let result = resized(
      noise(ImageSize(width: 61, height: 47), seed: 5), to: ImageSize(width: 24, height: 19))
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for sample in result.pixels {
      hash = (hash ^ UInt64(sample.bitPattern)) &* 0x100_0000_01B3
    }
    #expect(hash == 18_187_981_469_145_110_390)
  }

  @Test func fitsSizes() {
    func fitted(_ width: Int, _ height: Int, _ side: Int?, upscale: Bool = false) -> [Int] {
      let size = fittedSize(
        ImageSize(width: width, height: height), longerSide: side, upscale: upscale)
      return [size.width, size.height]
    }
    #expect(fitted(4000, 3000, 512) == [512, 384])
    #expect(fitted(3000, 4000, 512) == [384, 512])
    #expect(fitted(1000, 333, 500) == [500, 167])
    #expect(fitted(1000, 1, 10) == [10, 1])
    #expect(fitted(300, 200, 512) == [300, 200])
    #expect(fitted(300, 200, 600, upscale: true) == [600, 400])
    #expect(fitted(300, 200, nil) == [300, 200])
    #expect(fitted(300, 200, 300) == [300, 200])
    #expect(fitted(1, 1, 1) == [1, 1])
  }
}

/// Rows that come one by one are those of the whole picture.
@Suite struct UprightRowsTests {
  @Test(arguments: 1...8)
  func everyOrientation(_ orientation: Int) throws {
    let path = fixture("orientation-\(orientation).jpg")
    for side in [9, 16, 23] {
      let info = try readImageInfo(path: path)
      let size = fittedSize(info.size, longerSide: side, upscale: true)
      let whole = try readImage(path: path, size: .exactly(size))
      var rows = try UprightRows(ImageReader(path: path), size: size)
      var row = [Float](repeating: 0, count: 3 * size.width)
      for y in 0..<size.height {
        try rows.copyNext(into: &row)
        #expect(row == Array(whole.pixels[y * row.count..<(y + 1) * row.count]), "row \(y)")
      }
    }
  }

  @Test func damageIsSeen() throws {
    let folder = TestFolder()
    let bytes = readBytes(fixture("orientation-1.jpg"))
    let path = folder.write(Array(bytes.prefix(bytes.count * 2 / 3)))
    #expect(throws: ImageError.self) {
      let reader = try ImageReader(path: path)
      var row = [Float](repeating: 0, count: 3 * reader.info.size.width)
      var rows = try UprightRows(reader, size: reader.info.size)
      for _ in 0..<reader.info.size.height { try rows.copyNext(into: &row) }
    }
  }
}
