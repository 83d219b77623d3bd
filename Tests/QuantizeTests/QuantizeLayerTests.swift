import QuantizeCore
import Testing

@Suite struct QuantizeLayerTests {
  @Test func scalesAreByChannel() {
    let weights: [Float] = [127, -63.5, 0.4, 0, 2, -1, 0.5, 1]
    let result = quantize(weights, outputChannels: 2, granularity: .channel)
    #expect(result.scales == [1, 2 / 127])
    // Ties go to even: 63.5 to 64, and 1 / (2 / 127) = 63.5 too.
    #expect(result.values == [127, -64, 0, 0, 127, -64, 32, 64])
  }

  @Test func oneScaleForTheTensor() {
    let result = quantize([127, -63.5, 2, 1], outputChannels: 2, granularity: .tensor)
    #expect(result.scales == [1, 1])
    #expect(result.values == [127, -64, 2, 1])
  }

  @Test func aChannelOfZerosStaysZero() {
    let result = quantize([0, 0], outputChannels: 1, granularity: .channel)
    #expect(result.values == [0, 0])
    #expect(result.scales[0] > 0)
  }

  @Test func biasesAreInUnitsOfBothScales() {
    #expect(quantizeBias(1, inputScale: 1.0 / 64, weightScale: 0.5) == 128)
    #expect(quantizeBias(-0.01171875, inputScale: 1.0 / 64, weightScale: 0.5) == -2)
    #expect(quantizeBias(1e9, inputScale: 1.0 / 64, weightScale: 0.5) == nil)
    #expect(quantizeBias(.nan, inputScale: 1, weightScale: 1) == nil)
  }
}
