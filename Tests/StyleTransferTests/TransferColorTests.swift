import QuantVGG
import Rows
import StyleTransfer
import TestSupport
import Testing

/// Colours that are matched before a transfer, or put back after it.
@Suite struct TransferColorTests {
  /// Colours around grey whose channels depend on each other, so far from black and white that no map clips.
  private func picture(_ name: String, width: Int, height: Int, mix: [Float]) -> ImageTensor {
    var random = TestRandom(name)
    let noise = random.floats(3 * width * height, scale: 12)
    let rgb = noise.indices.map { index in
      let (first, c) = (index / 3 * 3, index % 3)
      let mixed =
        mix[3 * c] * noise[first] + mix[3 * c + 1] * noise[first + 1]
        + mix[3 * c + 2] * noise[first + 2]
      return (120 + 10 * Float(c) + mixed).rounded()
    }
    return ImageTensor(width: width, height: height, rgb: rgb)
  }

  private var content: ImageTensor {
    picture("content", width: 37, height: 21, mix: [1, 0.5, 0, 0.2, 1.5, 0, 0, 0.3, 0.4])
  }
  private var style: ImageTensor {
    picture("style", width: 26, height: 31, mix: [2, 0, 0.8, 0, 1.6, 0.8, 0.9, 0, 2])
  }

  private func matched(_ style: ImageTensor, to content: ImageTensor) throws -> ImageTensor {
    let (own, target) = (try style.block(), try content.block())
    let match = own.withElements { own in
      target.withElements { ColorMatch(from: ColorStatistics(own), to: ColorStatistics($0)) }
    }
    let values = own.withElements { own in
      #expect(match.apply(to: own) == 0)
      return own.array
    }
    return ImageTensor(width: style.width, height: style.height, values: values)
  }

  /// Covariance by its definition, from samples that are not rounded.
  private func moments(_ image: ImageTensor) -> (mean: [Double], covariance: [Double]) {
    let rgb = image.rgb.map { Double($0) }
    let count = Double(rgb.count / 3)
    let mean = (0..<3).map { c in
      stride(from: c, to: rgb.count, by: 3).reduce(0) { $0 + rgb[$1] } / count
    }
    let covariance = (0..<9).map { place in
      let (i, j) = (place / 3, place % 3)
      return stride(from: 0, to: rgb.count, by: 3).reduce(0) {
        $0 + (rgb[$1 + i] - mean[i]) * (rgb[$1 + j] - mean[j])
      } / count
    }
    return (mean, covariance)
  }

  @Test func matchedColorsHaveTheContentsMoments() throws {
    let (found, wanted) = (moments(try matched(style, to: content)), moments(content))
    for (a, b) in zip(found.mean, wanted.mean) { #expect(abs(a - b) < 1e-3) }
    // The ridge adds 0.65 to variances of tens, where the map shrinks differences.
    for (a, b) in zip(found.covariance, wanted.covariance) { #expect(abs(a - b) < 1) }
    let own = moments(style).covariance
    #expect(zip(own, wanted.covariance).contains { abs($0 - $1) > 20 })
  }

  /// Monge's map is symmetric, and that of a picture to itself changes nothing.
  @Test func theMapChangesColorsLeast() throws {
    let same = try matched(content, to: content)
    for (a, b) in zip(same.values, content.values) { #expect(abs(a - b) < 1e-4) }
    let grey = ImageTensor(
      width: 30, height: 1, rgb: (0..<90).map { Float(100 + $0 / 3) })
    let colored = try matched(grey, to: content)
    #expect(colored.values.allSatisfy { $0.isFinite })
  }

  @Test func eigenvaluesAreMapped() {
    let matrix = Matrix3 { i, j in i == j ? Double(7 + i) : Double(i + j) }
    let root = matrix.mapEigenvalues { $0.squareRoot() }
    let (square, inverse) = (root * root, matrix.mapEigenvalues { 1 / $0 } * matrix)
    for i in 0..<3 {
      for j in 0..<3 {
        #expect(abs(square[i, j] - matrix[i, j]) < 1e-12)
        #expect(abs(inverse[i, j] - (i == j ? 1 : 0)) < 1e-12)
        #expect(root[i, j] == root[j, i] || abs(root[i, j] - root[j, i]) < 1e-14)
      }
    }
  }

  private func transfer(_ style: ImageTensor) -> Transfer {
    let settings = TransferSettings(
      contentLayers: [.init(layer: .conv2_2, weight: 1)],
      styleLayers: [LayerName.conv1_1, .conv2_1].map { .init(layer: $0, weight: 0.5) })
    var transfer = TestNetworks.transfer(
      TestNetworks.weights(.int8, deepest: .conv2_2), content: content, style: style,
      settings: settings)
    transfer.walk = .longerSide
    transfer.start = .noise(ratio: 0.6, seed: 4)
    transfer.steps = 3
    return transfer
  }

  private func bits(_ tensor: ImageTensor) -> [UInt32] { tensor.values.map { $0.bitPattern } }

  /// A transfer that matches colours is that of a style whose colours were matched before.
  @Test func matchIsATransferOfMatchedColors() throws {
    var own = transfer(style)
    own.colors = .match
    let expected = try transfer(matched(style, to: content)).run()
    let run = try own.start()
    while !run.isDone { _ = try run.advance() }
    #expect(run.session.clippedShares == [0])
    let result = try run.finish()
    #expect(bits(result.picture.tensor) == bits(expected.picture.tensor))
    #expect(result.losses == expected.losses)
    #expect(try bits(transfer(style).run().picture.tensor) != bits(expected.picture.tensor))
  }

  /// The image is what it is without, and the picture has its brightness and the content's U and V.
  @Test func lumaChangesThePictureAlone() throws {
    var transfer = transfer(style)
    let plain = try transfer.start()
    transfer.colors = .luma
    let run = try transfer.start()
    for run in [plain, run] { while !run.isDone { _ = try run.advance() } }
    #expect(run.session.bits == plain.session.bits)
    let (found, bright) = (run.picture.tensor.rgb, plain.picture.tensor.rgb)
    let color = content.rgb.map { $0.rounded() }
    func y(_ rgb: [Float], _ first: Int) -> Float {
      0.299 * rgb[first] + 0.587 * rgb[first + 1] + 0.114 * rgb[first + 2]
    }
    var moved = 0
    for first in stride(from: 0, to: found.count, by: 3) {
      let wanted = min(max(y(bright, first), 0), 255)
      #expect(abs(y(found, first) - wanted) < 1e-2)
      let share = (0..<3).map { c -> Float in
        #expect(found[first + c] > -1e-3 && found[first + c] < 255.001)
        return (found[first + c] - wanted) / (color[first + c] - y(color, first))
      }
      if share.allSatisfy({ abs($0 - 1) < 1e-2 }) { moved += 1 }
    }
    #expect(moved > found.count / 6)
  }

  @Test func brightnessWins() {
    let white = Brightness.moved([200, 20, 10], to: [255, 255, 255])
    let black = Brightness.moved([200, 20, 10], to: [0, 0, 0])
    for c in 0..<3 { #expect(white[c] == 255 && black[c] == 0) }
    // Half way to white the colour pales: its differences from grey are all shortened by one factor.
    let pale = Brightness.moved([200, 20, 10], to: [220, 220, 220])
    #expect(abs(pale[0] - 255) < 1e-3 && abs(Brightness.of(pale) - 220) < 1e-2)
    let color: [3 of Float] = [200, 20, 10]
    let grey = Brightness.of(color)
    #expect(abs((pale[1] - 220) / (pale[0] - 220) - (20 - grey) / (200 - grey)) < 1e-3)
    let same = Brightness.moved([90, 80, 70], to: [90, 80, 70])
    for (c, value) in [90, 80, 70].enumerated() { #expect(abs(same[c] - Float(value)) < 1e-4) }
  }

  /// What the pictures take is planned: the content's levels, and its image while the style is measured.
  @Test func memoryIsPlanned() throws {
    func bytes(_ colors: Transfer.Colors) -> [TransferPhase: Int] {
      var transfer = transfer(style)
      transfer.colors = colors
      let phases = transfer.phases(.resident, for: Int8Arithmetic.self)
      #expect((phases[0].phase == .readContent) == (colors == .match))
      return Dictionary(phases.map { ($0.phase, $0.bytes) }, uniquingKeysWith: max)
    }
    let (plain, luma, match) = (bytes([]), bytes(.luma), bytes(.match))
    let image = 12 * 37 * 21
    let optimise = (plain[.optimise] ?? 0, luma[.optimise] ?? 0, match[.optimise] ?? 0)
    #expect(optimise.1 - optimise.0 >= image / 4 && optimise.1 - optimise.0 < image / 4 + 256)
    #expect(optimise.2 == optimise.0)
    #expect((match[.measureStyle] ?? 0) - (plain[.measureStyle] ?? 0) >= image)
    #expect(match[.readContent] ?? 0 < plain[.readContent] ?? 0)
  }
}
