import ImageIO
import Testing

@Suite struct JPEGReadingTests {
  static let names = [
    "baseline-444", "baseline-422", "baseline-420", "progressive-420", "progressive-444", "grey",
    "grey-progressive", "restart", "rgb", "one-pixel", "large",
    "cmyk", "ycck", "p3", "adobe-rgb", "prophoto",
  ]

  @Test(arguments: names + (1...8).map { "orientation-\($0)" })
  func equalsPillow(name: String) throws {
    let image = try readImage(path: fixture("\(name).jpg"))
    let expected = try readImage(path: fixture("\(name).expected.png"))
    #expect(image.size == expected.size)
    let worst = zip(image.pixels, expected.pixels).map { abs($0 - $1) }.max() ?? 0
    #expect(worst <= 1, "\(name): \(worst)")
  }

  @Test func infoTellsTheUprightSize() throws {
    for orientation in 1...8 {
      let info = try readImageInfo(path: fixture("orientation-\(orientation).jpg"))
      #expect(info.size == ImageSize(width: 21, height: 13))
      #expect(info.orientation == orientation)
    }
    let info = try readImageInfo(path: fixture("progressive-420.jpg"))
    #expect(info.format == .jpeg && info.needsWholeImage && info.bitsPerSample == 8)
    #expect(try readImageInfo(path: fixture("baseline-420.jpg")).needsWholeImage == false)
  }

  /// An orientation must not change what the resize does: turning first and last is the same.
  @Test func resizesOrientedImages() throws {
    for orientation in 1...8 {
      let path = fixture("orientation-\(orientation).jpg")
      let size = ImageSize(width: 9, height: 7)
      let direct = try readImage(path: path, size: .exactly(size))
      let after = resized(try readImage(path: path), to: size)
      let worst = zip(direct.pixels, after.pixels).map { abs($0 - $1) }.max() ?? 0
      #expect(direct.size == size && worst < 1e-3, "orientation \(orientation): \(worst)")
    }
  }

  /// The decoder's own reduction may differ from the plain resize, but not shift or blur visibly.
  @Test(arguments: [400, 200, 100, 50, 25, 13, 1])
  func reductionKeepsThePicture(longerSide: Int) throws {
    let path = fixture("large.jpg")
    let direct = try readImage(path: path, size: .longerSide(longerSide))
    let plain = resized(try readImage(path: path), to: direct.size)
    let differences = zip(direct.pixels, plain.pixels).map { $0 - $1 }
    func rms(_ values: [Float]) -> Float {
      (values.reduce(0) { $0 + $1 * $1 } / Float(values.count)).squareRoot()
    }
    #expect(rms(differences) < 2, "longer side \(longerSide): \(rms(differences))")
    // Red rises by 200 from left to right, so a shift of the grid would show in its mean.
    let red = stride(from: 0, to: differences.count, by: 3).map { differences[$0] }
    let shift = red.reduce(0, +) / Float(red.count) * Float(direct.width) / 200
    #expect(abs(shift) < 0.02, "longer side \(longerSide): \(shift) pixels")
  }

  /// Little CMS's tables differ a little between its versions.
  @Test func inksWithAProfile() throws {
    let image = try readImage(path: fixture("cmyk-profile.jpg"))
    let expected = try readImage(path: fixture("cmyk-profile.expected.png"))
    let differences = zip(image.pixels, expected.pixels).map { abs($0 - $1) }
    #expect((differences.max() ?? 9) <= 2)
    #expect(differences.reduce(0, +) < 0.5 * Float(differences.count))
  }

  /// The same inks, counted as ink and not as light; the other way round compresses a little differently.
  @Test func inksWithoutAdobesMarker() throws {
    let image = try readImage(path: fixture("cmyk-plain.jpg"))
    let expected = try readImage(path: fixture("cmyk.expected.png"))
    #expect(zip(image.pixels, expected.pixels).allSatisfy { abs($0 - $1) <= 2 })
  }

  /// A picture that lacks nothing but its end marker.
  @Test(arguments: ["baseline-444", "baseline-420", "grey", "restart"])
  func aMissingEndIsAWarning(name: String) throws {
    let file = readBytes(fixture("\(name).jpg"))
    let folder = TestFolder()
    let whole = try readImage(path: fixture("\(name).jpg"))
    for count in 1...2 {
      var warnings: [ImageWarning] = []
      let image = try readImage(path: folder.write(file.dropLast(count))) { warnings.append($0) }
      #expect(image == whole && warnings == [.noEnd])
    }
  }
}
