import QuantVGG
import TestSupport
import Testing

/// The backward convolution is the transpose of the forward one: <conv x, y> = <x, conv' y>, exactly.
@Suite struct AdjointTests {
  private static let channels = 64

  /// conv1_2 with scales of 1 and a bias of 128, so that an activation is the exact sum plus 128.
  private func numbers(
    _ weights: [Int8], _ set: InstructionSet, _ copies: WeightCopies
  ) -> Int8Arithmetic {
    let ones = [Float](repeating: 1, count: 64)
    let first = Int8Convolution(
      weights: [Int8](repeating: 0, count: 64 * 27), weightScale: ones,
      bias: [Int32](repeating: 0, count: 64), outputScale: 1)
    let second = Int8Convolution(
      weights: weights, weightScale: ones, bias: [Int32](repeating: 128, count: 64),
      outputScale: 1)
    return Int8Arithmetic(
      [first, second], pooling: .average, kernels: KernelTable(set), copies: copies)
  }

  @Test(
    arguments: InstructionSet.allCases.filter { $0.isAvailable },
    [WeightCopies.both, .forward])
  func transposeOfTheConvolution(_ set: InstructionSet, _ copies: WeightCopies) {
    var random = TestRandom("transposeOfTheConvolution")
    let channels = Self.channels
    for (width, height) in [(1, 1), (2, 3), (5, 4), (15, 3)] {
      let weights = (0..<channels * channels * 9).map { _ in Int8(Int(random.next() % 7) - 3) }
      let numbers = numbers(weights, set, copies)
      let padded = (width + 2) * channels
      // Sparse, so that every sum fits between -128 and 127.
      var x = [UInt8](repeating: 0, count: (height + 2) * padded)
      var h = [UInt8](repeating: 128, count: (height + 2) * padded)
      var scales = [Float](repeating: 0, count: (height + 2) * (width + 2))
      for y in 1...height {
        for column in 1...width {
          scales[y * (width + 2) + column] = 1
          for c in 0..<channels {
            let place = y * padded + column * channels + c
            x[place] = random.next() % 48 == 0 ? 1 : 0
            h[place] = UInt8(125 + random.next() % 7)
          }
        }
      }
      var forward = 0
      var backward = 0
      var out = [UInt8](repeating: 0, count: width * channels)
      var mask = [UInt32](repeating: 0, count: width * channels / 32)
      var gradient = [Float](repeating: 0, count: width * channels)
      let scratch = UnsafeMutableRawPointer.allocate(
        byteCount: Int8Arithmetic.panelScratchBytes(
          deepest: 1, copies: .forward, numbers.instructionSet), alignment: 64)
      defer { scratch.deallocate() }
      x.withUnsafeBufferPointer { x in
        h.withUnsafeBufferPointer { h in
          scales.withUnsafeBufferPointer { t in
            guard let x = x.baseAddress, let h = h.baseAddress, let t = t.baseAddress else {
              return
            }
            for y in 0..<height {
              let rows = RowTriple(
                above: x + y * padded, middle: x + (y + 1) * padded, below: x + (y + 2) * padded)
              let gradients = RowTriple(
                above: h + y * padded, middle: h + (y + 1) * padded, below: h + (y + 2) * padded)
              let factors = RowTriple(
                above: t + y * (width + 2), middle: t + (y + 1) * (width + 2),
                below: t + (y + 2) * (width + 2))
              for panel in 0..<channels / 32 {
                numbers.convolve(
                  rows, layer: 1, panel: panel, into: &out, mask: &mask, width: width)
                numbers.convolveBackward(
                  gradients, scales: factors, layer: 1, panel: panel,
                  weights: numbers.backwardPanel(layer: 1, panel: panel, scratch: scratch),
                  into: &gradient, stride: channels, width: width)
              }
              for i in 0..<width * channels {
                let place = (y + 1) * padded + channels + i
                forward += (Int(out[i]) - 128) * (Int(h[place]) - 128)
                backward += Int(x[place]) * Int(gradient[i])
              }
            }
          }
        }
      }
      #expect(forward == backward, "\(width)x\(height)")
      #expect(width * height < 4 || forward != 0)
    }
  }
}
