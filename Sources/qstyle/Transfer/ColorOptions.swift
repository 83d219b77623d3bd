internal import CommandOptions
internal import StyleTransfer

/// The option --colors.
enum ColorOptions {
  static let colors = Option(
    "colors", value: "LIST",
    "style (default); match: the style's colours are matched to the content's before; luma: the result has the content's colours; or match,luma."
  )

  /// A sentence where matching the style's colours has clipped at least one sample in a hundred.
  static func remarks(_ transfer: Transfer, _ session: Session) -> [String] {
    guard let share = session.clippedShare, share >= 0.01 else { return [] }
    return [
      "\(Format.general(100 * share, digits: 2)) % of \(transfer.style.name)'s samples were clipped when its "
        + "colours were matched"
    ]
  }

  /// The choice of --colors.
  static func colors(_ arguments: ParsedArguments) throws(UsageError) -> Transfer.Colors {
    guard let list = arguments.text("colors") else { return [] }
    var colors: Transfer.Colors = []
    for word in list.split(separator: ",", omittingEmptySubsequences: false) {
      switch word {
      case "match" where !colors.contains(.match): colors.insert(.match)
      case "luma" where !colors.contains(.luma): colors.insert(.luma)
      case "style" where list == "style": break
      default: throw UsageError("--colors is style, match, luma, or match,luma, not '\(list)'")
      }
    }
    return colors
  }
}
