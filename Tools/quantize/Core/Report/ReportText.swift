internal import CommandOptions
internal import QualityReport
internal import QuantVGG
internal import StyleTransfer

/// Figures as reports for people show them.
enum Shown {
  static func percent(_ share: Double) -> String {
    Format.general(100 * share, digits: 2) + " %"
  }

  static func change(_ share: Double) -> String { (share > 0 ? "+" : "") + percent(share) }

  static func cosine(_ value: Double) -> String { Format.fixed(value, digits: 4) }
}

extension ConversionReport {
  /// The report as a few lines for a terminal.
  package var text: String {
    var text = check.text
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
