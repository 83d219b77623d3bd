internal import CommandOptions
internal import QuantVGG
internal import StyleTransfer

/// `qstyle verify`: runs stored reference cases and says how far this build is from them.
struct VerifyCommand {
  static let command = Command(
    "qstyle verify", "Checks this build on this machine against stored reference cases.",
    usage: "CASE.safetensors ...", arguments: 1...1000,
    groups: [
      OptionGroup(
        "Check",
        [
          Option("steps", value: "N", "Steps of Adam (default: all that the case has, 100)."),
          SharedOptions.precision, SharedOptions.weights,
        ]),
      SharedOptions.group,
    ])

  /// How far a case may be off: |J0 error|, cosine of the gradient, |J error| at the end.
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
  private let cases: [String]
  private let steps: Int?
  private let precision: Precision?
  private let weights: String?

  init(_ arguments: ParsedArguments) throws(UsageError) {
    shared = try SharedOptions(arguments)
    cases = arguments.positional
    steps = try arguments.integer("steps", in: 1...100_000)
    precision = try Precision(arguments)
    weights = arguments.text("weights")
  }

  func run() throws(Failure) -> ExitCode {
    let weights = try WeightLocation.open(self.weights, precision: precision)
    let reference = weights.precision == .int8 ? try WeightLocation.reference() : weights
    let pool = WorkerPool(threads: shared.threads)
    var allPass = true
    for path in cases {
      let stored: ReferenceCase
      do throws(WeightError) {
        stored = try ReferenceCase(path: path)
      } catch {
        throw Failure(path, error.description)
      }
      let (pooling, deepest) = (stored.pooling, stored.settings.deepest)
      let isOK: Bool
      switch weights.precision {
      case .int8:
        let numbers = try weights.int8(
          deepest: deepest, pooling: pooling, kernels: shared.kernels)
        isOK = try check(numbers, stored, path, .int8, reference, pool)
      case .float32:
        let numbers = try weights.float32(
          deepest: deepest, pooling: pooling, kernels: shared.kernels)
        isOK = try check(numbers, stored, path, .float32, reference, pool)
      }
      allPass = allPass && isOK
    }
    return allPass ? .done : .failed
  }

  private func check<Numbers: LossArithmetic>(
    _ numbers: Numbers, _ stored: ReferenceCase, _ path: String, _ precision: Precision,
    _ reference: Weights?, _ pool: WorkerPool
  ) throws(Failure) -> Bool {
    let steps = min(self.steps ?? stored.trajectory.count - 1, stored.trajectory.count - 1)
    guard steps >= 1 else { throw Failure(path, "has no trajectory to compare with") }
    var result: Verification
    do throws(TransferError) {
      result = try Verification(numbers, stored, steps: steps, pool: pool)
    } catch {
      throw Failure(path, "cannot be run: " + error.description)
    }
    if precision == .int8, let reference {
      result.end = try score(result.image, stored, reference, pool)
    }
    let tolerance = Tolerance(precision)
    let end = Verification.relative(result.end.total, stored.trajectory[steps].total)
    let isOK =
      (result.startErrors.total ?? 0) <= tolerance.start
      && result.gradientCosine >= tolerance.cosine && (end ?? 0) <= tolerance.end
    report(
      result, end: end, path: path, precision: precision, isa: numbers.instructionSet, isOK: isOK)
    return isOK
  }

  /// The costs of an image by the float32 reference.
  private func score(
    _ image: ImageTensor, _ stored: ReferenceCase, _ reference: Weights, _ pool: WorkerPool
  ) throws(Failure) -> LossValues {
    let numbers = try reference.float32(
      deepest: stored.settings.deepest, pooling: stored.pooling, kernels: shared.kernels)
    do throws(TransferError) {
      return try StyleTransfer.score(
        numbers, image: image, content: stored.content, style: stored.style,
        settings: stored.settings, pool: pool)
    } catch {
      throw Failure("the result cannot be scored: " + error.description)
    }
  }

  private func report(
    _ result: Verification, end: Double?, path: String, precision: Precision,
    isa: InstructionSet, isOK: Bool
  ) {
    let hash = result.image.values.withUnsafeBytes { SHA256.digest($0) }
    if shared.isJSON {
      var line = JSONObject()
      line.add("case", path)
      line.add("precision", precision.rawValue)
      line.add("isa", isa.rawValue)
      line.add("J0", result.start.total)
      line.add("J0_rel", result.startErrors.total)
      line.add("Jc0_rel", result.startErrors.content)
      line.add("Js0_rel", result.startErrors.style)
      line.add("grad_cos", result.gradientCosine)
      line.add("grad_rel_l2", result.gradientError)
      line.add("steps", result.steps)
      line.add("J_end", result.end.total)
      line.add("J_end_rel", end)
      line.add("image_sha256", hash)
      line.add("ok", isOK)
      Console.print(line.text + "\n")
    } else {
      func text(_ value: Double?) -> String { value.map { Format.general($0, digits: 3) } ?? "-" }
      Console.print(
        "\(isOK ? "ok  " : "FAIL") \(path) (\(precision.rawValue), \(isa.rawValue)): J0 error "
          + "\(text(result.startErrors.total)), gradient cosine "
          + "\(Format.fixed(result.gradientCosine, digits: 6)), J after \(result.steps) steps error "
          + "\(text(end))\n")
    }
  }
}
