internal import CommandOptions
internal import StyleTransfer

/// The option --style-loss.
enum StyleLossOption {
  static let option = Option(
    "style-loss", value: "LIST",
    "What is compared of the style, as name[:weight],...: gram (default), moments (mean and standard deviation of each channel), histogram."
  )

  /// The factors of --style-loss.
  static func styleLoss(_ arguments: ParsedArguments) throws(UsageError) -> StyleLoss {
    guard let list = arguments.text("style-loss") else { return StyleLoss() }
    var loss = StyleLoss(gram: 0)
    for entry in list.split(
      omittingEmptySubsequences: false, whereSeparator: { $0 == "," || $0 == "+" })
    {
      let parts = entry.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      var weight = 1.0
      if parts.count == 2 {
        guard let number = parseNumber(parts[1]), number > 0, number <= 1e6 else {
          throw UsageError(
            "--style-loss wants a weight above 0, at most 1e6, after the colon, not '\(parts[1])'")
        }
        weight = number
      }
      let isFirst =
        switch parts.count <= 2 ? parts[0] : "" {
        case "gram": set(&loss.gram, weight)
        case "moments": set(&loss.moments, weight)
        case "histogram": set(&loss.histogram, weight)
        default:
          throw UsageError("--style-loss knows gram, moments and histogram, not '\(entry)'")
        }
      guard isFirst else { throw UsageError("--style-loss names \(parts[0]) twice") }
    }
    return loss
  }

  /// Sets a factor; false where it was set before.
  private static func set(_ factor: inout Double, _ weight: Double) -> Bool {
    guard factor == 0 else { return false }
    factor = weight
    return true
  }
}
