internal import CommandOptions
internal import FileNames
internal import ImageIO
internal import StyleTransfer

/// The scales of a command line, and the steps at each.
struct ScaleOptions {
  static let scales = Option(
    "scales", value: "S", words: ["auto", "off"],
    "Longer sides as 256,512,1024, the last of which is the result's, from coarse to fine: large pictures have large strokes, and sooner. auto (default) halves the result's down to less than \(Transfer.leastScaledSide); off (default with --init FILE, --preset article, a saved style or a pipe)."
  )
  static let steps = Option(
    "steps", value: "N",
    "Steps at the last of --scales, or a number for each, as 300,100,60 (default: \(Transfer.coarseSteps) at the first, \(Transfer.fineSteps) at each other; 200 where there is one)."
  )

  private enum Choice {
    /// As auto, unless something stands against it.
    case unasked
    case off
    case auto
    case list([Int])
  }

  private let choice: Choice
  /// None, one for the last scale, or one for each.
  private let steps: [Int]

  init(_ arguments: ParsedArguments) throws(UsageError) {
    choice = try Self.choice(arguments)
    steps = try Self.steps(arguments)
    guard steps.count > 1 else { return }
    guard case .list(let sides) = choice else {
      throw UsageError("--steps has several numbers: name their --scales, as 256,512,1024")
    }
    guard steps.count == sides.count else {
      throw UsageError(
        "--steps has \(steps.count) numbers and --scales \(sides.count): give one for each, or one "
          + "for the last")
    }
  }

  private static let sides = 16...16384

  private static func choice(_ arguments: ParsedArguments) throws(UsageError) -> Choice {
    switch arguments.text("scales") {
    case nil: return .unasked
    case "off": return .off
    case "auto": return .auto
    case .some(let text):
      guard let list = numbers(text, in: sides) else {
        throw UsageError(
          "--scales is off, auto or longer sides from 16 to 16384, as 256,512,1024, not '\(text)'"
            + Hint.meant(text, ["off", "auto"]))
      }
      for (side, next) in zip(list, list.dropFirst()) where side >= next {
        throw UsageError("--scales grow from one to the next, and \(next) follows \(side)")
      }
      return .list(list)
    }
  }

  private static func steps(_ arguments: ParsedArguments) throws(UsageError) -> [Int] {
    guard let text = arguments.text("steps") else { return [] }
    guard let list = numbers(text, in: 1...1_000_000) else {
      throw UsageError(
        "--steps is a whole number from 1 to 1000000, or one for each of --scales, not '\(text)'")
    }
    return list
  }

  /// Numbers with commas between them; nil where one is none, or out of range.
  private static func numbers(_ text: String, in range: ClosedRange<Int>) -> [Int]? {
    var numbers: [Int] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let number = Int(part), range.contains(number) else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  /// --size, or the last of --scales; nil where neither is given.
  func size(_ arguments: ParsedArguments) throws(UsageError) -> Int? {
    let size = try arguments.integer("size", in: Self.sides)
    guard case .list(let sides) = choice, let last = sides.last else { return size }
    guard size == nil || size == last else {
      throw UsageError(
        "--scales ends with \(last), which is the result's size, and --size is \(size ?? 0): leave "
          + "out --size")
    }
    return last
  }

  /// Whether it was asked for that pictures are read more than once.
  var readsAgain: Bool {
    switch choice {
    case .unasked, .off: false
    case .auto: true
    case .list(let sides): sides.count > 1
    }
  }

  /// Sets the scales of a transfer whose pictures and size are set.
  ///
  /// - Parameters:
  ///   - transfer: that of the command line.
  ///   - isSingle: whether it has one scale unless others are asked for.
  /// - Throws: `Failure` where the picture is smaller than a scale.
  func apply(to transfer: inout Transfer, isSingle: Bool) throws(Failure) {
    switch choice {
    case .unasked where isSingle, .off: transfer.steps = steps.last ?? transfer.steps
    case .unasked, .auto: transfer.paintCoarseToFine(steps: steps.last)
    case .list(let sides):
      let (last, side) = (sides[sides.count - 1], transfer.resultSize.longerSide)
      guard last <= side else {
        throw Failure(
          "\(transfer.content.name) has \(transfer.content.size.text) pixels, and --scales ends with "
            + "\(last): --upscale enlarges it", code: .usage)
      }
      if sides.count > 1 || !steps.isEmpty {
        transfer.paintCoarseToFine(through: Array(sides.dropLast()), steps: steps.last)
      }
      for (place, steps) in steps.dropLast().enumerated() { transfer.coarse[place].steps = steps }
    }
  }

  /// A sentence on scales that a large result lacks though nobody has asked for one scale.
  ///
  /// - Parameters:
  ///   - transfer: after `apply`.
  ///   - readsPipe: whether that is why.
  /// - Returns: nil where there is nothing to say.
  func remark(on transfer: Transfer, readsPipe: Bool) -> String? {
    guard case .unasked = choice, transfer.coarse.isEmpty,
      transfer.resultSize.longerSide >= Transfer.leastScaledSide
    else { return nil }
    if readsPipe {
      return
        "a pipe can be read only once, so the picture is painted at one scale; from a file it is painted "
        + "from coarse to fine"
    }
    if let style = transfer.styles.first(where: { $0.picture == nil }) {
      return
        "\(style.name) is a style of one size, so the picture is painted at one scale; --scales auto uses "
        + "it at every scale"
    }
    return nil
  }
}
