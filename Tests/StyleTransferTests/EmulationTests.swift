import FileNames
import QuantVGG
import StyleTransfer
import TestSupport
import Testing

/// The figures are those of an emulation in PyTorch (Scripts/emulate-arithmetic.py).
@Suite(.disabled(if: isSlow, "whole networks are for release builds")) struct EmulationTests {
  @Test(arguments: Pooling.allCases) func figuresOfAnEmulation(_ pooling: Pooling) throws {
    let folder = FilePath(#filePath).folder.appending("../..")
    let golden = try SafeTensors(
      path: folder.appending(
        FilePath("Fixtures/arithmetic/\(pooling.rawValue).safetensors")))
    func picture(_ name: String) throws -> Picture {
      let rgb = try golden.values(name, type: "U8", as: UInt8.self).map { Float($0) }
      return Picture(ImageTensor(width: 48, height: 64, rgb: rgb))
    }
    let pool = WorkerPool(threads: 2)
    var transfer = Transfer(
      content: try picture("content_rgb_u8"), styles: [Style(try picture("style_rgb_u8"))],
      weights: try Weights(path: folder.appending("weights/vgg19-int8.safetensors")))
    transfer.longerSide = nil
    transfer.threads = pool.threads
    let check = try ArithmeticCheck(
      transfer,
      reference: Weights(path: folder.appending("Fixtures/vgg19-reference.safetensors")),
      poolings: [pooling], pool: pool)
    let layers = check.runs[0].passes[0].layers
    let weights = check.runs[0].weights
    func compare(_ key: String, _ values: [Double?]) throws {
      for (value, wanted) in zip(values, try golden.floats(key)) {
        let value = try #require(value)
        #expect(abs(value / Double(wanted) - 1) < 1e-3, "\(key)")
      }
    }
    try compare("channel_reach", layers.map { $0.channelReach })
    try compare("mean_reach", layers.map { $0.meanReach })
    try compare("bias_move", weights.map { $0.biasMove })
    try compare("bias_fit", weights.map { $0.biasFit })
    func compare(
      _ key: String, decibels: Double, cosine: Double,
      _ value: (LayerArithmetic) -> SignalAgreement?
    ) throws {
      let wanted = (try golden.floats(key + "_db"), try golden.floats(key + "_cosine"))
      for (index, layer) in layers.enumerated() {
        let found = try #require(value(layer))
        #expect(
          abs(found.decibels - Double(wanted.0[index])) < decibels, "\(key) of \(layer.layer)")
        #expect(abs(found.cosine - Double(wanted.1[index])) < cosine, "\(key) of \(layer.layer)")
      }
    }
    // Ties of a rounding fall either way; what moves a mask moves gradients behind it.
    try compare("alone", decibels: 0.02, cosine: 1e-5) { $0.alone }
    try compare("accumulated", decibels: 0.05, cosine: 1e-4) { $0.accumulated }
    try compare("gradient_alone", decibels: 0.05, cosine: 1e-4) { $0.gradientAlone }
    try compare("gradient", decibels: 0.5, cosine: 0.01) { $0.gradient }
    let grams = layers.compactMap { layer in
      layer.layer.place == 1 ? layer.gramError : nil
    }
    for (found, wanted) in zip(grams, try golden.floats("gram_error")) {
      #expect(abs(found - Double(wanted)) < 1e-4)
    }
  }
}
