internal import CommandOptions
internal import FileNames
internal import ImageIO
internal import QuantVGG
internal import StyleTransfer

/// The reason why a command failed: one line that says what, where and what to do next.
struct Failure: Error {
  let message: String
  /// What the program ends with.
  let code: ExitCode

  init(_ message: String, code: ExitCode = .failed) {
    self.message = message
    self.code = code
  }

  /// A wrong command line, seen late.
  init(_ error: UsageError) {
    self.init(error.message, code: .usage)
  }

  /// A sentence about a file.
  init(_ path: FilePath, _ sentence: String) {
    self.init("\(path) \(sentence)")
  }

  /// The library's sentence, in the command's words where options can help.
  init(_ error: TransferError) {
    self.init(Self.message(error))
  }

  private static func message(_ error: TransferError) -> String {
    switch error {
    case .noWeights(let precision):
      return
        "there are no \(precision.rawValue) weights (\(Weights.fileName(precision))) beside the "
        + "program or in the data folder; name them with --weights FILE, or make them with quantize"
    case .precision(let name, let held, let wanted):
      return
        "\(name) holds \(held.rawValue) weights, and --precision wants \(wanted.rawValue): leave it "
        + "out, or name other --weights"
    case .missingLayer(_, _, let isStyle):
      return "--\(isStyle ? "style" : "content")-layers: \(error.description)"
    case .floatLayers: return "--float-layers: \(error.description)"
    case .tooSmall(let name, let width, let height, let least, let remedy):
      let advice =
        switch remedy {
        case .longerSide(let side): "use --size \(side) or more"
        case .upscale(let side): "enlarge it with --upscale, and --size \(side) or more"
        case .otherPicture: "use a larger picture"
        }
      return
        "\(name) becomes \(width)x\(height) pixels; the layers need \(least) a side: \(advice)"
    case .overLimit(let size, let bytes, let plan, let limit, let isChosen, let fitting):
      var changes = [
        fitting.spills ? "--spill DIR" : nil, fitting.history.map { "--history \($0)" },
        fitting.side.map { "--size \($0) or less" },
      ].compactMap { $0 }.joined(separator: ", ")
      if !changes.isEmpty { changes = "use \(changes), or " }
      if isChosen { changes = "leave out --plan, or " }
      return
        Self.refusal(size, bytes, plan, limit)
        + (changes.isEmpty ? "; no size fits: " : ": ") + changes
        + Self.relief(limit)
    case .denseContent:
      return
        "the content's targets do not pack into half their bytes: use --spill DIR, or --plan with a plan that is not packed"
    case .noSpill(let plan): return "--plan \(plan) needs a folder: --spill DIR"
    case .spill: return "--spill: \(error.description)"
    case .laterStep(let path, let found):
      return
        "\(path) has \(Format.count(found, "step")) already: ask for at least as many --steps, or delete it to "
        + "start afresh"
    case .diverged(let step):
      return
        "the optimisation diverged by step \(step): lower --learning-rate or --style-weight"
    default: return error.description
    }
  }

  /// The same for a command without --memory and --plan: `relief` is what helps where memory is short.
  init(_ error: TransferError, relief: String) {
    guard case .overLimit(let size, let bytes, let plan, let limit, _, _) = error else {
      self.init(error)
      return
    }
    self.init(Self.refusal(size, bytes, plan, limit) + ": " + relief)
  }

  private static func refusal(
    _ size: ImageSize, _ bytes: Int, _ plan: String, _ limit: MemoryLimit
  ) -> String {
    "\(size.width)x\(size.height) needs \(Format.bytes(bytes)) with the plan \(plan), and "
      + allowance(limit)
  }

  /// The end of a sentence on what needs more than a limit.
  static func allowance(_ limit: MemoryLimit) -> String {
    "\(Format.bytes(limit.bytes)) are allowed" + (limit.reason.map { " (\($0))" } ?? "")
  }

  /// What makes room within a limit.
  static func relief(_ limit: MemoryLimit) -> String {
    switch limit.source {
    case .chosen, .free: "allow more --memory"
    case .group: "allow the group more memory"
    case .addressSpace, .data, .commitment: "raise that limit"
    }
  }

  /// Does something with a file, of which a failure's sentence tells.
  static func about<Result: ~Copyable, Problem: Error & CustomStringConvertible>(
    _ path: FilePath, _ body: () throws(Problem) -> Result
  ) throws(Failure) -> Result {
    do throws(Problem) {
      return try body()
    } catch {
      throw Failure(path, error.description)
    }
  }

  /// Does something with the library.
  static func from<Result>(
    _ body: () throws(TransferError) -> Result
  ) throws(Failure) -> Result {
    do throws(TransferError) {
      return try body()
    } catch {
      throw Failure(error)
    }
  }
}
