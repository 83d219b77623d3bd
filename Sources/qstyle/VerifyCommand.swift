internal import CommandOptions
internal import FileNames
internal import QuantVGG
internal import StyleTransfer

/// `qstyle verify`: runs stored reference cases and says how far this build is from them.
struct VerifyCommand {
  static let command = Command(
    "qstyle verify",
    "Checks this build on this machine against stored reference cases, or by itself.",
    usage: "CASE.safetensors ... | --self", arguments: 0...1000,
    groups: [
      OptionGroup(
        "Check",
        [
          Option(
            "self",
            "Checks without any file that every instruction set of this machine gives the right bits."
          ),
          Option("steps", value: "N", "Steps of Adam (default: all that the case has, 100)."),
          SharedOptions.precision, SharedOptions.weights,
        ]),
      SharedOptions.group,
    ])

  /// The largest deviations of a case: |J0 error|, cosine of the gradient, |J error| at the end.
  struct Tolerance {
    let start: Double
    let cosine: Double
    let end: Double

    init(_ precision: Precision) {
      switch precision {
      case .float32: (start, cosine, end) = (1e-4, 0.99999, 0.01)
      case .int8: (start, cosine, end) = (0.02, 0.985, 0.03)
      }
    }
  }

  private let shared: SharedOptions
  private let cases: [FilePath]
  private let steps: Int?
  private let precision: Precision?
  private let weights: FilePath?
  private let checksItself: Bool

  init(_ arguments: ParsedArguments) throws(UsageError) {
    shared = try SharedOptions(arguments)
    cases = arguments.positional
    steps = try arguments.integer("steps", in: 1...100_000)
    precision = try Precision(arguments)
    weights = arguments.path("weights")
    checksItself = arguments.has("self")
    guard checksItself || !cases.isEmpty else {
      throw UsageError("CASE.safetensors is missing; to check without files: qstyle verify --self")
    }
    let others = ["steps", "precision", "weights"].filter { arguments.has($0) }.map { "--" + $0 }
    if checksItself, let other = (cases.map { $0.description } + others).first {
      throw UsageError("--self needs no more; leave out '\(other)', or --self")
    }
  }

  func run() throws(Failure) -> ExitCode {
    guard !checksItself else { return try SelfCheck(shared).run() }
    let (weights, reference) = try Failure.from {
      () throws(TransferError) -> (Weights, Weights?) in
      let weights = try Weights.find(self.weights, precision: precision)
      return (weights, weights.precision == .int8 ? try Weights.reference() : weights)
    }
    let pool = WorkerPool(threads: shared.threads)
    var allPass = true
    for path in cases {
      let stored: ReferenceCase
      stored = try Failure.about(path) { () throws(ReferenceCaseError) in
        try ReferenceCase(path: path)
      }
      allPass = try check(stored, path, weights, reference, pool) && allPass
    }
    return allPass ? .done : .failed
  }

  private func check(
    _ stored: ReferenceCase, _ path: FilePath, _ weights: Weights, _ reference: Weights?,
    _ pool: WorkerPool
  ) throws(Failure) -> Bool {
    let steps = min(self.steps ?? stored.trajectory.count - 1, stored.trajectory.count - 1)
    guard steps >= 1 else { throw Failure(path, "has no trajectory to compare with") }
    let result: Verification
    var end: LossValues
    do throws(TransferError) {
      result = try Verification(
        stored, weights, steps: steps, instructionSet: shared.instructionSet, pool: pool)
      end = result.end
      if weights.precision == .int8, let reference, reference.network == weights.network {
        end = try stored.score(
          result.image, reference, instructionSet: shared.instructionSet, pool: pool)
      }
    } catch {
      switch error {
      case .tooSmall(_, let width, let height, let least, _):
        throw Failure(
          path,
          "has a picture of \(width)x\(height) pixels; the layers need \(least) a side: "
            + "make it again")
      case .overLimit: throw Failure(error, relief: "make more memory free")
      case .weights, .missingLayer: throw Failure(error)
      default: throw Failure(path, "cannot be run: " + error.description)
      }
    }
    let tolerance = Tolerance(weights.precision)
    let endError = Agreement.relative(end.total, stored.trajectory[steps].total)
    let isOK =
      (result.startErrors.total ?? 0) <= tolerance.start
      && result.gradientCosine >= tolerance.cosine && (endError ?? 0) <= tolerance.end
    report(
      result, end: end, endError: endError, path: path, precision: weights.precision, isOK: isOK)
    return isOK
  }

  private func report(
    _ result: Verification, end: LossValues, endError: Double?, path: FilePath,
    precision: Precision, isOK: Bool
  ) {
    let isa = result.instructionSet
    let hash = unsafe SHA256.digest(result.image.values.span.bytes)
    if shared.isJSON {
      var line = JSONObject()
      line.add("case", path.description)
      line.add("precision", precision.rawValue)
      line.add("isa", isa.rawValue)
      line.add("J0", result.start.total)
      line.add("J0_rel", result.startErrors.total)
      line.add("Jc0_rel", result.startErrors.content)
      line.add("Js0_rel", result.startErrors.style)
      line.add("grad_cos", result.gradientCosine)
      line.add("grad_rel_l2", result.gradientError)
      line.add("steps", result.steps)
      line.add("J_end", end.total)
      line.add("J_end_rel", endError)
      line.add("image_sha256", hash)
      line.add("ok", isOK)
      Console.print(line.text + "\n")
    } else {
      func text(_ value: Double?) -> String { value.map { Format.general($0, digits: 3) } ?? "-" }
      Console.print(
        "\(isOK ? "ok  " : "FAIL") \(path) (\(precision.rawValue), \(isa.rawValue)): J0 error "
          + "\(text(result.startErrors.total)), gradient cosine "
          + "\(Format.fixed(result.gradientCosine, digits: 6)), J after \(Format.count(result.steps, "step")) error "
          + "\(text(endError))\n")
    }
  }
}
