import QuantVGG
import StyleTransfer
import TestSupport
import Testing

/// The weights of each balance beside the formulas of the programs that they are taken from.
@Suite struct BalanceTests {
  /// Sums over one layer of C channels and `positions` positions.
  private struct Layer {
    let channels, positions: Int
    /// sum (F - P)^2.
    let difference = 5.5
    /// sum (F F^T - A A^T)^2.
    let gram = 91.25

    var c: Double { Double(channels) }
    var hw: Double { Double(positions) }

    /// Style over content as jcjohnson/neural-style writes them: 100 and 5 times means of squares, Gram
    /// matrices divided by C H W.
    var johnson: Double {
      let chw = c * hw
      return 100 * (gram / (chw * chw) / (c * c)) / (5 * difference / chw)
    }

    /// The same as leongatys/PytorchNeuralStyleTransfer writes them: 1000 / C^2 and 1, Gram matrices
    /// divided by H W.
    var gatys: Double {
      1000 / (c * c) * (gram / (hw * hw) / (c * c)) / (difference / (c * hw))
    }

    /// The same by these settings.
    func ratio(_ settings: TransferSettings, _ place: Int) -> Double {
      let n = c * hw
      let style = settings.styleWeight * settings.styleLayers[place].weight * gram / (4 * n * n)
      return style / (settings.contentWeight * difference / (4 * n))
    }
  }

  @Test(arguments: [12, 1000])
  func formulas(_ positions: Int) {
    for (place, channels) in [64, 128, 256, 512, 512].enumerated() {
      let layer = Layer(channels: channels, positions: positions)
      func expect(_ settings: TransferSettings, _ expected: Double) {
        let found = layer.ratio(settings, place)
        #expect(abs(found - expected) <= 1e-12 * expected, "\(channels) channels")
      }
      expect(TransferSettings(.gatys), layer.gatys)
      expect(TransferSettings(.johnson), layer.johnson)
      expect(TransferSettings(), 6 * layer.johnson)
      expect(TransferSettings(strength: 0.25), 1.5 * layer.johnson)
    }
  }

  /// The article's weights are as they were: 40, and a fifth of 1 for each of five layers.
  @Test func article() {
    let settings = TransferSettings(.article)
    #expect(settings.contentWeight == 10 && settings.styleWeight == 40)
    #expect(settings.styleLayers.map { $0.weight } == [0.2, 0.2, 0.2, 0.2, 0.2])
    #expect(settings.contentLayers == [.init(layer: .conv4_2, weight: 1)])
  }
}
