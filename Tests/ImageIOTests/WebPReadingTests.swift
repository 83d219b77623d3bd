import ImageIO
import Testing

@Suite struct WebPReadingTests {
  static let names = ["lossy", "lossless", "lossy-alpha", "lossless-alpha", "profile"]

  @Test(arguments: names)
  func equalsPillow(name: String) throws {
    let image = try readImage(path: fixture("\(name).webp")) { Issue.record("\($0)") }
    let expected = try readImage(
      path: fixture("\(name).expected.png"))
    #expect(image.size == expected.size)
    let worst = zip(image.pixels, expected.pixels).map { abs($0 - $1) }.max() ?? 0
    #expect(worst <= 1, "\(name): \(worst)")
  }

  @Test func infoTellsTheHeader() throws {
    let info = try readImageInfo(path: fixture("profile.webp"))
    #expect(info.format == .webp && info.size == ImageSize(width: 45, height: 31))
    #expect(info.orientation == 6 && info.convertsColors && info.needsWholeImage && !info.hasAlpha)
    #expect(try readImageInfo(path: fixture("lossy-alpha.webp")).hasAlpha)
  }

  /// The decoder's own reduction may differ from the plain resize, but not shift or blur visibly.
  @Test(arguments: [200, 100, 50, 13, 1])
  func reductionKeepsThePicture(longerSide: Int) throws {
    let path = fixture("large-lossy.webp")
    let direct = try readImage(path: path, size: .longerSide(longerSide))
    let plain = resized(try readImage(path: path), to: direct.size)
    let squares = zip(direct.pixels, plain.pixels).map { ($0 - $1) * ($0 - $1) }
    let rms = (squares.reduce(0, +) / Float(squares.count)).squareRoot()
    #expect(rms < 4, "longer side \(longerSide): \(rms)")
  }

  @Test func animationsAreRefused() {
    let path = fixture("animated.webp")
    #expect(throws: ImageError.otherFormat(.animatedWebP, path: path)) {
      try readImage(path: path)
    }
  }
}
