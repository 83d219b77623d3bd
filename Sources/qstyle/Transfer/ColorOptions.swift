internal import CommandOptions
internal import StyleTransfer

/// The option --colors.
enum ColorOptions {
  static let colors = Option(
    "colors", value: "LIST", words: ["style", "match", "luma", "match,luma"],
    "style (default); match: the style's colours are matched to the content's before; luma: the result has the content's colours; or match,luma."
  )

  /// A sentence for each style of whose samples matching its colours has clipped at least one in a hundred.
  static func remarks(_ transfer: Transfer, _ session: Session) -> [String] {
    zip(transfer.styles, session.clippedShares).filter { $0.1 >= 0.01 }.map { style, share in
      "\(Format.general(100 * share, digits: 2)) % of \(style.name)'s samples were clipped when its "
        + "colours were matched"
    }
  }

  /// A sentence where a choice changes nothing that is compared.
  static func comparisonRemarks(_ transfer: Transfer) -> [String] {
    transfer.colors.contains(.luma)
      ? ["--colors luma has no effect on a comparison, which judges pictures as they are painted"]
      : []
  }

  /// A choice as --colors has it.
  static func text(_ colors: Transfer.Colors) -> String {
    let words = [
      colors.contains(.match) ? "match" : nil, colors.contains(.luma) ? "luma" : nil,
    ].compactMap { $0 }
    return words.isEmpty ? "style" : words.joined(separator: ",")
  }

  /// The choice of --colors.
  static func colors(_ arguments: ParsedArguments) throws(UsageError) -> Transfer.Colors {
    guard let list = arguments.text("colors") else { return [] }
    guard let colors = Transfer.Colors(list: list) else {
      throw UsageError("--colors is style, match, luma, or match,luma, not '\(list)'")
    }
    return colors
  }
}
