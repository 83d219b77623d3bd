internal import CommandOptions
internal import QuantVGG

/// Figures as reports for people show them.
enum Shown {
  static func decibels(_ value: Double) -> String {
    value.isFinite ? Format.fixed(value, digits: 1) : "exact"
  }

  static func percent(_ share: Double) -> String {
    Format.general(100 * share, digits: 2) + " %"
  }

  static func change(_ share: Double) -> String { (share > 0 ? "+" : "") + percent(share) }

  static func cosine(_ value: Double) -> String { Format.fixed(value, digits: 4) }

  static func scale(_ value: Float) -> String { Format.general(Double(value), digits: 3) }
}

extension ConversionReport {
  /// The report as a few lines for a terminal.
  package var text: String {
    let poolings = Pooling.allCases.filter { layers[0].outputs[$0] != nil }
    func row(_ name: String, _ cells: [String]) -> String {
      Format.padded(name, 8) + cells.map { Format.aligned($0, 10) }.joined() + "\n"
    }
    var text = "Signal to quantization noise in dB, and activations clipped:\n"
    text += row("", [""] + poolings.flatMap { [$0.rawValue, "", ""] })
    text += row("layer", ["weights"] + poolings.flatMap { _ in ["own", "all", "clipped"] })
    for layer in layers {
      let outputs = poolings.compactMap { layer.outputs[$0] }
      text += row(
        layer.name.description,
        [Shown.decibels(layer.weightSignalToNoise)]
          + outputs.flatMap {
            [
              Shown.decibels($0.local), Shown.decibels($0.cumulative), Shown.percent($0.clipped),
            ]
          })
    }
    for transfer in transfers {
      let cosines = transfer.cosines.map { "\(Shown.cosine($0.value)) at step \($0.step)" }
      text += "\(transfer.name), \(transfer.pooling.rawValue): J at the start "
      text += "\(Shown.change(transfer.start.change)), gradient cosine "
      text += cosines.joined(separator: ", ")
      if let end = transfer.end {
        text += ", J after \(Format.count(transfer.steps, "step")) \(Shown.change(end.change))"
      }
      text += "\n"
    }
    return text
  }
}
