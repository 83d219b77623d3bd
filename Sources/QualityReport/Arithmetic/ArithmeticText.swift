internal import CommandOptions
internal import QuantVGG
public import StyleTransfer

extension ArithmeticVerdict {
  /// A sentence for people: whether the arithmetic is right, and if not, which layer is to blame, why, and what to do.
  public var sentence: String {
    guard let finding else {
      return "the arithmetic is right: every layer is within its limits"
    }
    return "the arithmetic is wrong in \(finding.layer): \(finding.reason)"
  }
}

extension ArithmeticVerdict.Finding {
  /// What is wrong, and what to do about it.
  public var reason: String { "\(fact) (\(bounds)); \(advice)" }

  private var fact: String {
    let number = Format.general(value, digits: 3)
    let percent = Format.general(100 * value, digits: 3) + " %"
    let place = channel.map { "channel \($0)" } ?? "the layer"
    return switch figure {
    case .weightSlope: "the weights of \(place) are \(number) times float32's"
    case .weightReach:
      "the scale of \(place) reaches to \(number) times the largest of float32's weights"
    case .weightError: "the weights of \(place) are off by \(number) steps in the mean"
    case .worstWeight: "a weight of \(place) is off by \(number) steps"
    case .zeroBiases:
      "\(percent) of the biases are 0 where float32's are not"
    case .bias: "the bias of \(place) is off by \(number) steps of the output"
    case .biasFit:
      "biases are \(number) standard errors from float32's with \(pooling.rawValue) pooling"
    case .biasBesideOthers:
      "biases differ from float32's by \(number) times what those of the layers beside it do with "
        + "\(pooling.rawValue) pooling"
    case .scaleBesideOthers:
      "the activation scale is \(number) times what the layers beside it have with "
        + "\(pooling.rawValue) pooling"
    case .reach:
      "activations reach to \(number) times float32's largest with \(pooling.rawValue) pooling"
    case .alone: "the layer alone has \(number) dB on \(picture)"
    case .gradientAlone: "the layer's way back alone has \(number) dB on \(picture)"
    case .silenced: "\(percent) of the channels are silent that float32 has on \(picture)"
    case .accumulated: "activations have \(number) dB on \(picture)"
    case .gramError:
      "the Gram matrix is off by \(percent) on \(picture)"
    case .gradient: "the gradient's cosine to float32's is \(number) on \(picture)"
    }
  }

  private var picture: String {
    (kind == .noise ? "noise" : "the pictures") + " with \(pooling.rawValue) pooling"
  }

  private var bounds: String {
    func text(_ value: Double) -> String {
      [.gramError, .zeroBiases, .silenced].contains(figure)
        ? Format.general(100 * value, digits: 3) + " %" : Format.general(value, digits: 3)
    }
    guard limits.upperBound.isFinite else { return "at least \(text(limits.lowerBound)) is right" }
    return "\(text(limits.lowerBound)) to \(text(limits.upperBound)) is right"
  }

  private var advice: String {
    switch figure.remedy {
    case .source:
      "convert the float32 weights again with quantize, or compare with those that it was made of"
    case .calibration: "calibrate on more or other pictures: quantize --calibrate"
    case .rounding:
      "use quantize --rounding reconstruct in place of nearest, and more or other pictures"
    }
  }
}

extension ArithmeticCheck {
  /// A table of a few figures by layer for a terminal, one for each kind of pooling.
  public var text: String {
    var text = ""
    for run in runs {
      text += "\(run.pooling.rawValue) pooling, signal to noise in dB on pictures / on noise:\n"
      text +=
        Self.row(
          "layer",
          ["weights", "alone", "all before", "back alone", "gradient", "Gram error", "reach"])
      for index in run.weights.indices {
        let layers = run.passes.map { $0.layers[index] }
        func both(_ value: (LayerArithmetic) -> Double?) -> String {
          layers.map { layer in
            value(layer).map { $0.isFinite ? Format.fixed($0, digits: 1) : "exact" } ?? "-"
          }.joined(separator: "/")
        }
        text += Self.row(
          run.weights[index].layer.description,
          [
            Format.fixed(run.weights[index].agreement.decibels, digits: 1),
            both { $0.alone.decibels }, both { $0.accumulated.decibels },
            both { $0.gradientAlone?.decibels }, both { $0.gradient?.decibels },
            layers[0].gramError == nil
              ? "-"
              : layers.map { Format.general(100 * ($0.gramError ?? 0), digits: 2) + " %" }
                .joined(separator: "/"),
            layers.map { Format.fixed($0.reach, digits: 2) }.joined(separator: "/"),
          ])
      }
    }
    return text
  }

  private static func row(_ name: String, _ cells: [String]) -> String {
    Format.padded(name, 8) + cells.map { Format.aligned($0, 14) }.joined() + "\n"
  }
}
