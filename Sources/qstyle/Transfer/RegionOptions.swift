internal import CommandOptions
internal import FileNames
internal import ImageIO
internal import StyleTransfer

/// The regions of a command line.
struct RegionOptions {
  static let group = OptionGroup(
    "Regions",
    [
      Option(
        "mask", value: "LABELS.png",
        "Regions of the content: each grey level or palette index is one, and the i-th style paints the i-th label."
      ),
      Option(
        "region", value: "LABEL=STYLE", isRepeatable: true,
        "Paint a region with another style, by its number from 1, with a mix as 1+2, or keep the content there: LABEL=keep."
      ),
      Option(
        "style-mask", value: "STYLE=FILE", isRepeatable: true,
        "Regions of a style, by its number: each region of the content takes what has its label there."
      ),
      Option(
        "region-weights", value: "W", words: Regions.Weighting.allCases.map { $0.rawValue },
        "equal (default), or area: the regions' shares in the style cost."),
    ])

  private let mask: FilePath?
  private let regions: [Regions.Region]
  private let styleMasks: [(style: Int, path: FilePath)]
  private let weighting: Regions.Weighting

  init(_ arguments: ParsedArguments, styles: Int) throws(UsageError) {
    mask = arguments.path("mask")
    for name in ["region", "style-mask", "region-weights"]
    where mask == nil && arguments.has(name) {
      throw UsageError("--\(name) needs regions: --mask LABELS.png")
    }
    var regions: [Regions.Region] = []
    for word in arguments.paths("region") {
      let region = try Self.region(word.description, styles: styles)
      guard !regions.contains(where: { $0.label == region.label }) else {
        throw UsageError(
          "--region names region \(region.label) twice; give it once, a mix as \(region.label)=1+2")
      }
      regions.append(region)
    }
    self.regions = regions
    var masks: [(style: Int, path: FilePath)] = []
    for word in arguments.paths("style-mask") {
      let entry = try Self.styleMask(word, styles: styles)
      guard !masks.contains(where: { $0.style == entry.style }) else {
        throw UsageError("--style-mask names style \(entry.style + 1) twice; give it once")
      }
      masks.append(entry)
    }
    styleMasks = masks
    weighting =
      try arguments.choice("region-weights", of: Regions.Weighting.allCases) ?? .equal
  }

  private static func region(
    _ text: String, styles: Int
  ) throws(UsageError) -> Regions.Region {
    let parts = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, let label = UInt8(parts[0]) else {
      throw UsageError("--region is LABEL=STYLE or LABEL=keep, LABEL from 0 to 255, not '\(text)'")
    }
    if parts[1] == "keep" { return Regions.Region(label: label, styles: []) }
    var members: [Int] = []
    for part in parts[1].split(separator: "+", omittingEmptySubsequences: false) {
      guard let number = Int(part), (1...styles).contains(number) else {
        throw UsageError(
          "--region \(text) names the style '\(part)', and there "
            + (styles == 1 ? "is 1 style" : "are styles 1 to \(styles)"))
      }
      guard !members.contains(number - 1) else {
        throw UsageError(
          "--region \(text) names style \(number) twice; a style's weight stands behind its file")
      }
      members.append(number - 1)
    }
    return Regions.Region(label: label, styles: members)
  }

  private static func styleMask(
    _ word: FilePath, styles: Int
  ) throws(UsageError) -> (style: Int, path: FilePath) {
    let bytes = word.bytes
    if let place = bytes.firstIndex(of: UInt8(ascii: "=")),
      let number = Int(FilePath(bytes: bytes[..<place]).description)
    {
      guard (1...styles).contains(number) else {
        throw UsageError(
          "--style-mask \(word) names style \(number), and there "
            + (styles == 1 ? "is 1 style" : "are \(styles) styles"))
      }
      return (number - 1, FilePath(bytes: bytes[(place + 1)...]))
    }
    guard styles == 1 else {
      throw UsageError("--style-mask \(word) does not say of which style: --style-mask 2=FILE")
    }
    return (0, word)
  }

  /// The masks that are read, and what messages call them.
  var inputs: [(name: String, path: FilePath)] {
    var inputs: [(name: String, path: FilePath)] = []
    if let mask { inputs.append((name: "the mask", path: mask)) }
    for (_, path) in styleMasks { inputs.append((name: "a style's mask", path: path)) }
    return inputs
  }

  /// Adds the masks, which are read more than once.
  func addInputs(to files: inout NamedFiles) throws(UsageError) {
    for input in inputs { try files.stored(input.path, input.name) }
  }

  /// Opens the masks for a transfer.
  func apply(to transfer: inout Transfer) throws(TransferError) {
    guard let mask else { return }
    transfer.regions = try Regions(
      try Mask(path: mask), named: regions, weighting: weighting)
    for (style, path) in styleMasks { transfer.styles[style].mask = try Mask(path: path) }
  }
}
