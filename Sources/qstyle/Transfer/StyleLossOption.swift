internal import CommandOptions
internal import StyleTransfer

/// The option --style-loss.
enum StyleLossOption {
  static let option = Option(
    "style-loss", value: "LIST",
    words: ["gram", "gram,moments", "gram,histogram", "moments", "histogram"],
    "What is compared of the style, as name[:weight],...: gram (default), moments (mean and standard deviation of each channel), histogram."
  )

  /// The factors of --style-loss.
  static func styleLoss(_ arguments: ParsedArguments) throws(UsageError) -> StyleLoss {
    guard let list = arguments.text("style-loss") else { return StyleLoss() }
    guard let loss = StyleLoss(list: list) else {
      throw UsageError(
        "--style-loss is like gram:1,moments:0.5,histogram:2, each at most once with a weight above 0, at most "
          + "1e6, not '\(list)'")
    }
    return loss
  }
}
