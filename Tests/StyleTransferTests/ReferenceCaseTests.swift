import CSystem
import ImageIO
import QuantVGG
import StyleTransfer
import TestSupport
import Testing

/// A case is read as it was stored, and each thing that can be wrong with it has its own words.
@Suite struct ReferenceCaseTests {
  private let path = makeTemporaryFile()

  private func write(
    pool: String? = "max", alpha: String = "1e1", beta: String = "40.5",
    others: [(String, String)] = [], contentShape: [Int] = [2, 3, 3],
    startShape: [Int] = [2, 3, 3], first: Float = 0
  ) throws {
    var file = StoredTensors()
    file.metadata = [("alpha", alpha), ("beta", beta)] + others
    if let pool { file.metadata.append(("pool", pool)) }
    let pixels = (0..<18).map { UInt8(10 * $0) }
    file.add("content_rgb_u8", type: "U8", shape: contentShape, pixels)
    file.add("style_rgb_u8", type: "U8", shape: [1, 6, 3], pixels)
    let values = [first] + (1..<18).map { Float($0) / 4 }
    file.add("init_hwc", type: "F32", shape: startShape, values)
    file.add("grad0_hwc", type: "F32", shape: [2, 3, 3], values)
    file.add(
      "trajectory_J_Jc_Js", type: "F32", shape: [2, 3], [6, 1, 2, 5, 0.5, 1] as [Float])
    try file.write(to: path)
  }

  @Test func whatIsStored() throws {
    defer { remove(path) }
    try write()
    let stored = try ReferenceCase(path: path)
    #expect(stored.pooling == .maximum)
    var settings = TransferSettings(.article)
    settings.styleWeight = 40.5
    #expect(stored.settings == settings)
    #expect(stored.content.width == 3 && stored.content.height == 2)
    #expect(stored.styles.map { $0.size } == [ImageSize(width: 6, height: 1)])
    #expect(stored.styles[0].weight == 1 && stored.regions?.regions == nil)
    #expect(abs(stored.content.values[4] - (40 - NetworkTable.mean.green)) < 1e-4)
    #expect(stored.start.values[5] == 1.25 && stored.gradient[17] == 4.25)
    #expect(stored.trajectory.map { $0.total } == [6, 5])
    #expect(stored.trajectory.map { $0.style } == [2, 1])
  }

  /// Keys that a case may have, and what they stand for.
  @Test func balanceAndSmoothness() throws {
    defer { remove(path) }
    try write(others: [("balance", "standard"), ("smooth", "2.5")])
    var settings = TransferSettings()
    settings.styleWeight = 40.5
    settings.smoothness = 2.5
    #expect(try ReferenceCase(path: path).settings == settings)
    try write(others: [("balance", "mine")])
    #expect(refusal() == .balance("mine"))
    try write(others: [("smooth", "-1")])
    #expect(refusal() == .weight(key: "smooth", "-1"))
  }

  private func refusal() -> ReferenceCaseError? {
    do throws(ReferenceCaseError) {
      _ = try ReferenceCase(path: path)
      return nil
    } catch {
      return error
    }
  }

  @Test func eachCauseHasItsOwnWords() throws {
    defer { remove(path) }
    try write(pool: "mean")
    #expect(refusal() == .pooling("mean"))
    try write(pool: nil)
    #expect(refusal() == .pooling(nil))
    for wrong in ["ten", "", "-1", "inf", "1e400", "10 "] {
      try write(alpha: wrong)
      #expect(refusal() == .weight(key: "alpha", wrong))
      try write(beta: wrong)
      #expect(refusal() == .weight(key: "beta", wrong))
    }
    try write(contentShape: [18])
    #expect(refusal() == .shape(name: "content_rgb_u8", [18]))
    try write(startShape: [3, 2, 3])
    #expect(refusal() == .shape(name: "init_hwc", [3, 2, 3]))
    for wrong in [Float.nan, .infinity] {
      try write(first: wrong)
      #expect(refusal() == .file(.badValue(name: "init_hwc")))
    }
    // Advice about weights helps nobody here.
    for error in [
      WeightError.empty, .notAFile, .notSafetensors, .badHeader(offset: 3), .badTensor(name: "a"),
      .missingTensor(name: "a"), .wrongType(name: "a", found: "F16", expected: "F32"),
      .badValue(name: "a"),
    ] {
      let sentence = ReferenceCaseError.file(error).description
      #expect(
        !["weights", "convert", "VGG", "quantize"].contains { sentence.contains($0) }, "\(sentence)"
      )
    }
    remove(path)
    #expect(refusal() == .file(.unreadable(errno: ENOENT)))
  }
}
