internal import CommandOptions
internal import ImageIO
internal import QuantVGG
internal import StyleTransfer

/// The options that every command understands.
struct SharedOptions {
  static let group = OptionGroup(
    "Everywhere",
    [
      Option("threads", value: "N", "Threads (default: all processors)."),
      Option("json", "Results as JSON on standard output, and nothing else there."),
      Option("quiet", "No progress and no messages but errors."),
      Option("help", letter: "h", "This text."),
    ])

  static let weights = Option(
    "weights", value: "FILE",
    "Weights made by quantize (default: QSTYLE_WEIGHTS, or beside the program, or in the user's data folder)."
  )
  static let precision = Option(
    "precision", value: "P", words: Precision.allCases.map { $0.rawValue },
    "int8 (default) or float32: the arithmetic of the network.")

  static let plan = Option(
    "plan", value: "NAME",
    "A memory plan by its name in 'qstyle plan' (default: the fastest that fits).")

  static let spill = Option(
    "spill", value: "DIR",
    "Where no plan fits into memory, keep what grows with the picture in a file in DIR, which goes with the run. Writes much: a disk, not a memory card."
  )

  static let pool = Option(
    "pool", value: "P", words: Pooling.allCases.map { $0.rawValue }, "avg (default) or max.")

  /// The pooling of --pool.
  static func pooling(_ arguments: ParsedArguments) throws(UsageError) -> Pooling {
    try arguments.choice("pool", of: Pooling.allCases) ?? .average
  }

  /// The plan of --plan; nil where there is none.
  static func plan(_ arguments: ParsedArguments) throws(UsageError) -> MemoryPlan? {
    guard let name = arguments.text("plan") else { return nil }
    guard let plan = MemoryPlan(name: name) else {
      throw UsageError(
        "--plan is like resident-64, keep-conv3_1-32, streaming-16-lean or streaming-16-spill, not '\(name)'"
      )
    }
    return plan
  }

  let threads: Int
  let isJSON: Bool
  let isQuiet: Bool
  let instructionSet: InstructionSet

  init(_ arguments: ParsedArguments) throws(UsageError) {
    threads = try arguments.integer("threads", in: 1...256) ?? WorkerPool.processors
    isJSON = arguments.has("json")
    isQuiet = arguments.has("quiet")
    instructionSet = try Self.instructionSet()
  }

  /// Says on stderr what the user may not expect of the result, a line for each sentence, unless all is to be quiet.
  func warn(_ sentences: [String]) {
    guard !isQuiet else { return }
    for sentence in sentences { Console.error("warning: \(sentence)") }
  }

  /// The best instruction set, capped by QSTYLE_ISA.
  private static func instructionSet() throws(UsageError) -> InstructionSet {
    guard let name = Console.environment("QSTYLE_ISA") else { return .best }
    let names = InstructionSet.allCases.filter { $0.isOfThisArchitecture }.map { $0.rawValue }
    guard let set = InstructionSet(rawValue: name), set.isOfThisArchitecture else {
      throw UsageError(
        "QSTYLE_ISA is \(names.joined(separator: " or ")) on this machine, not '\(name)'")
    }
    return set.isAvailable ? set : .best
  }
}

extension ImageSize {
  /// WIDTHxHEIGHT as it was typed; nil where the text is something else, such as a file.
  ///
  /// - Throws: `UsageError` for a size that no transfer has.
  init?(typed text: String) throws(UsageError) {
    let sides = text.unicodeScalars.split(omittingEmptySubsequences: false) {
      ["x", "X", "*", ",", "\u{D7}"].contains($0)
    }
    let isSize =
      sides.count > 1 && !sides[0].isEmpty
      && sides.allSatisfy { $0.allSatisfy { ("0"..."9").contains($0) } }
    guard isSize else { return nil }
    let numbers = sides.map { $0.isEmpty ? 0 : Int(String($0)) ?? .max }
    guard numbers.count == 2, numbers.allSatisfy({ (16...16384).contains($0) }) else {
      throw UsageError("a size is WIDTHxHEIGHT of 16 to 16384 pixels a side, not '\(text)'")
    }
    self.init(width: numbers[0], height: numbers[1])
  }
}

extension Precision {
  /// The arithmetic of --precision; nil where there is none.
  init?(_ arguments: ParsedArguments) throws(UsageError) {
    guard let precision = try arguments.choice("precision", of: Precision.allCases) else {
      return nil
    }
    self = precision
  }
}
