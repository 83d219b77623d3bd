internal import CommandOptions
internal import StyleTransfer

extension StopRule {
  static let option = Option(
    "stop-when", value: "R/N",
    "End before --steps where N steps change the cost by no more than the share R, as 1e-4/50.")

  /// The rule of --stop-when; nil where there is none.
  init?(_ arguments: ParsedArguments) throws(UsageError) {
    guard let text = arguments.text("stop-when") else { return nil }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, let change = parseNumber(parts[0]), change > 0, change <= 1,
      let steps = Int(parts[1]), (1...1_000_000).contains(steps)
    else {
      throw UsageError(
        "--stop-when is a share above 0, at most 1, and the steps to measure it over, as 1e-4/50, "
          + "not '\(text)'")
    }
    self.init(change: change, steps: steps)
  }
}
