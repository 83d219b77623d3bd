internal import CommandOptions
internal import QuantVGG
public import StyleTransfer

extension ArithmeticCheck {
  /// Tables of a page: by pooling, the weights, and each kind of picture.
  public var tables: String {
    var text = ""
    for run in runs {
      text += "<h3>Weights</h3>" + run.weightTable
      for pass in run.passes {
        let name = pass.kind == .noise ? "noise" : "the pictures"
        text += "<h3>\(HTML.escape("On \(name), \(run.pooling.rawValue) pooling"))</h3>"
        text += pass.table
      }
    }
    return text
  }
}

extension ArithmeticCheck.Run {
  fileprivate var weightTable: String {
    var table = Table([
      "layer", "SNR, dB", "fit", "scale reaches", "error, steps", "worst, steps", "bias, steps",
      "biases 0",
    ])
    for layer in weights {
      table.add(
        layer.layer.description, "",
        [
          decibels(layer.agreement), Format.fixed(layer.slope.value, digits: 3),
          Format.fixed(layer.reach.value, digits: 3), Format.fixed(layer.error.value, digits: 2),
          Format.fixed(layer.worst.value, digits: 1), Format.fixed(layer.bias.value, digits: 2),
          percent(layer.zeroBiases),
        ])
    }
    return table.html
  }
}

extension ArithmeticCheck.Pass {
  fileprivate var table: String {
    var table = Table([
      "layer", "rounding, dB", "alone, dB", "all before, dB", "back alone, dB", "gradient, dB",
      "Gram error", "clipped", "silent", "reach", "worst place",
    ])
    for layer in layers {
      let worst = layer.worst
      table.add(
        layer.layer.description, "",
        [
          decibels(layer.rounding), decibels(layer.alone), decibels(layer.accumulated),
          layer.gradientAlone.map(decibels), layer.gradient.map(decibels),
          layer.gramError.map(percent), percent(layer.clipped),
          "\(layer.neverActive.int8) / \(layer.neverActive.float32)",
          Format.fixed(layer.reach, digits: 2),
          "channel \(worst.channel), row \(worst.row), column \(worst.column): "
            + "\(Format.general(worst.value, digits: 4)) for "
            + Format.general(worst.reference, digits: 4),
        ])
    }
    return table.html
  }
}

private func decibels(_ agreement: SignalAgreement) -> String {
  agreement.decibels.isFinite ? Format.fixed(agreement.decibels, digits: 1) : "exact"
}

private func percent(_ share: Double) -> String { Format.general(100 * share, digits: 2) + " %" }
