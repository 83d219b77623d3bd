import QuantizeCore
import Testing

@Suite struct QuantizeLayerTests {
  @Test func scalesAreTheMaximumOver127() {
    let result = quantize([1, -2, 0.5, 127, 0, -63.5], outputChannels: 2, granularity: .channel)
    #expect(result.scales == [2 / 127, 1])
    #expect(result.values == [64, -127, 32, 127, 0, -64])  // 63.5 and -63.5 round to even
  }

  @Test func oneScaleForATensor() {
    let result = quantize([1, -2, 0.5, 127, 0, -63.5], outputChannels: 2, granularity: .tensor)
    #expect(result.scales == [1, 1])
    #expect(result.values == [1, -2, 0, 127, 0, -64])
  }

  @Test func zerosKeepAUsableScale() {
    let result = quantize([0, 0, 1, 0], outputChannels: 2, granularity: .channel)
    #expect(result.scales[0] > 0 && result.values[0...1] == [0, 0])
  }

  @Test func errorIsAtMostHalfAStep() {
    let weights = (0..<900).map { Float($0 * 7919 % 2001 - 1000) / 3000 }
    let result = quantize(weights, outputChannels: 9, granularity: .channel)
    for (i, weight) in weights.enumerated() {
      let scale = result.scales[i / 100]
      #expect(abs(Float(result.values[i]) * scale - weight) <= scale * 0.50001, "weight \(i)")
    }
  }

  @Test func biasesRoundToEvenAndStayInRange() {
    #expect(quantizeBias(2.5, inputScale: 1, weightScale: 1) == 2)
    #expect(quantizeBias(-3.5, inputScale: 1, weightScale: 1) == -4)
    #expect(quantizeBias(1, inputScale: 1.0 / 64, weightScale: 0.5) == 128)
    #expect(quantizeBias(0x1p30, inputScale: 1, weightScale: 1) == 1 << 30)
    #expect(quantizeBias(-0x1p30, inputScale: 1, weightScale: 1) == -(1 << 30))
    #expect(quantizeBias(0x1.000002p30, inputScale: 1, weightScale: 1) == nil)
    #expect(quantizeBias(.infinity, inputScale: 1, weightScale: 1) == nil)
    #expect(quantizeBias(.nan, inputScale: 1, weightScale: 1) == nil)
  }
}
