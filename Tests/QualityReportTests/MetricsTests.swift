import Glibc
import FileNames
import ImageIO
import Testing

@testable import QualityReport

@Suite struct MetricsTests {
  private static let folder =
    "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/") + "/Fixtures/"

  private func picture(_ name: String) throws -> PixelImage {
    let image = try readImage(path: FilePath(Self.folder + name))
    return PixelImage(size: image.size, samples: image.pixels.span)
  }

  /// Lines of `expected.txt`: name, PSNR, SSIM and MS-SSIM by scikit-image and scipy.
  private func expected() throws -> [[String]] {
    let file = try #require(fopen(Self.folder + "expected.txt", "r"))
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n")
      .filter { !$0.hasPrefix("#") }.map { $0.split(separator: " ").map(String.init) }
  }

  @Test func equalIndependentValues() throws {
    let lines = try expected()
    #expect(lines.count == 3)
    for line in lines {
      let (a, b) = (try picture(line[0] + "-a.png"), try picture(line[0] + "-b.png"))
      let psnr = try #require(Double(line[1]))
      let ssim = try #require(Double(line[2]))
      #expect(abs(PixelDifference(a, b).peakSignalToNoise - psnr) < 1e-4)
      #expect(abs(try #require(StructuralSimilarity.mean(a, b)) - ssim) < 1e-4)
      let multiScale = MultiScaleSimilarity.mean(a, b)
      #expect((multiScale == nil) == (line[3] == "None"))
      if let multiScale { #expect(abs(multiScale - (try #require(Double(line[3])))) < 1e-4) }
    }
  }

  @Test func equalPicturesAreAlike() throws {
    let a = try picture("large-a.png")
    #expect(PixelDifference(a, a).peakSignalToNoise == .infinity)
    #expect(abs(try #require(StructuralSimilarity.mean(a, a)) - 1) < 1e-12)
    #expect(abs(try #require(MultiScaleSimilarity.mean(a, a)) - 1) < 1e-12)
  }

  @Test func differencesAreCounted() {
    let size = ImageSize(width: 2, height: 1)
    let a = PixelImage(size: size, bytes: [0, 10, 255, 7, 7, 7])
    let b = PixelImage(size: size, bytes: [0, 13, 251, 7, 7, 7])
    let difference = PixelDifference(a, b)
    #expect(difference.meanSquare == 25.0 / 6)
    #expect(difference.mean == 7.0 / 6)
    #expect(difference.largest == 4)
    #expect(
      difference.worst == .init(x: 0, y: 0, channel: 2, first: 255, second: 251))
    // As numpy's percentile(..., method="inverted_cdf") has them.
    #expect(
      [0, 0.5, 2.0 / 3, 0.7, 0.9, 1].map { difference.percentile($0) } == [0, 0, 0, 3, 4, 4])
    // The map's colour is that of the largest difference of a pixel.
    let map = DifferenceMap.image(a, b).bytes
    let colour = DifferenceMap.color(4.0 / Double(DifferenceMap.range))
    #expect(map == [colour.red, colour.green, colour.blue, 0, 0, 4])
  }

  /// Samples are read column by column where they are transposed.
  @Test func samplesAreRoundedAndTurned() {
    let samples: [Float] = [1, 2, 3, 4, 5, 6.5, -7, 300, .nan, 0.5, 1.5, 2.5]
    let image = PixelImage(
      size: ImageSize(width: 2, height: 2), samples: samples.span, transposed: true)
    #expect(image.bytes == [1, 2, 3, 0, 255, 0, 4, 5, 6, 0, 2, 2])
  }
}
