import Rows
import TestSupport
import Testing

@testable import QuantVGG

/// The backward convolution is the transpose of the forward one: <conv x, y> = <x, conv' y>, exactly.
@Suite struct AdjointTests {
  private static let channels = 64

  /// conv1_2 with scales of 1 and a bias of 128, so that an activation is the exact sum plus 128.
  private func numbers(
    _ weights: [Int8], _ set: InstructionSet, _ copies: WeightCopies
  ) throws -> Int8Arithmetic {
    let ones = [Float](repeating: 1, count: 64)
    let first = Int8Convolution(
      weights: [Int8](repeating: 0, count: 64 * 27), weightScale: ones,
      bias: [Int32](repeating: 0, count: 64), outputScale: 1)
    let second = Int8Convolution(
      weights: weights, weightScale: ones, bias: [Int32](repeating: 128, count: 64),
      outputScale: 1)
    return try Int8Arithmetic(
      [first, second], of: .vgg19, pooling: .average, kernels: KernelTable(set), copies: copies)
  }

  @Test(
    arguments: Kernels.sets,
    [WeightCopies.both, .forward])
  func transposeOfTheConvolution(_ set: InstructionSet, _ copies: WeightCopies) throws {
    var random = TestRandom("transposeOfTheConvolution")
    let channels = Self.channels
    for (width, height) in [(1, 1), (2, 3), (5, 4), (15, 3)] {
      let weights = (0..<channels * channels * 9).map { _ in Int8(Int(random.next() % 7) - 3) }
      let numbers = try numbers(weights, set, copies)
      let x = TestRows<Activation8>(width: width, height: height, channels: channels)
      let h = TestRows<Gradient8>(width: width, height: height, channels: channels)
      let scales = TestRows<Real>(width: width, height: height, channels: 1)
      for y in 0..<height {
        for column in 0..<width { scales[y][column] = 1 }
        for i in 0..<width * channels {
          // Sparse, so that every sum fits between -128 and 127.
          x[y][i] = random.next() % 48 == 0 ? 1 : 0
          h[y][i] = UInt8(125 + random.next() % 7)
        }
      }
      var forward = 0
      var backward = 0
      let out = TestRows<Activation8>(width: width, height: 1, channels: channels)
      let mask = TestRows<MaskWord>(width: width, height: 1, channels: channels / 32)
      let gradient = TestRows<Real>(width: width, height: height, channels: channels)
      let size = NetworkShape(.vgg19, width: width, height: height, deepest: .conv1_2).layers[1]
      let memory = Block(
        [UInt8](repeating: 0, count: GradientBlock.wantedBytes(mostTiles: 24)))
      let tiles = numbers.transposedTiles
      // All scales are 1, so that windows are the gradient itself.
      let layers = Array(NetworkTable.vgg19.convolutions[...1])
      let scratch = Block(
        [UInt8](
          repeating: 0,
          count: Int8Arithmetic.panelScratchBytes(
            layers, copies: .forward)))
      for rows in GradientRows(size).tiles(0..<height) {
        let made = TransposedRows(
          layer: 1, rows: rows, gradients: h.ring, scales: scales.ring, zeroGradients: h.zeros,
          zeroScales: scales.zeros, size: size)
        let count = made.tiles.count
        let block = tiles.block(
          layer: 1, tiles: count, share: count, bytes: memory.elements.count)
        for first in stride(from: 0, to: count, by: block.tiles) {
          made.make(
            first..<min(first + block.tiles, count), panels: 0..<channels / 32, block, by: tiles,
            memory: memory.elements,
            weights: { numbers.backwardPanel(layer: 1, panel: $0, scratch: scratch.elements) },
            out: { gradient[$0] })
        }
      }
      for y in 0..<height {
        for panel in 0..<channels / 32 {
          numbers.convolve(
            x.window(around: y), layer: 1, panel: panel, into: out[0], mask: mask[0])
        }
        for i in 0..<width * channels {
          forward += (Int(out[0][i]) - 128) * (Int(h[y][i]) - 128)
          backward += Int(x[y][i]) * Int(gradient[y][i])
        }
      }
      #expect(forward == backward, "\(width)x\(height)")
      #expect(width * height < 4 || forward != 0)
    }
  }
}
