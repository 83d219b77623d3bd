internal import CommandOptions
internal import FileNames
internal import ImageIO
internal import StyleTransfer

/// The scales of a command line, and the steps at each.
struct ScaleOptions {
  static let scales = Option(
    "scales", value: "S",
    "off (default), auto, or longer sides as 256,512,1024, the last of which is the result's: from coarse to fine, so that large pictures have large strokes, and sooner."
  )
  static let steps = Option(
    "steps", value: "N",
    "Steps (default: 200; with --scales \(Transfer.scheduledSteps), at the last one), or a number for each scale, as 300,100,60."
  )

  private enum Choice {
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
    case nil, "off": return .off
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

  /// Whether pictures are read more than once.
  var readsAgain: Bool {
    switch choice {
    case .off: false
    case .auto: true
    case .list(let sides): sides.count > 1
    }
  }

  /// Sets the scales of a transfer whose size is set.
  ///
  /// - Throws: `Failure` where the picture is smaller than a scale.
  func apply(to transfer: inout Transfer) throws(Failure) {
    switch choice {
    case .off: transfer.steps = steps.last ?? transfer.steps
    case .auto: transfer.paintCoarseToFine(steps: steps.last)
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
}
