internal import CommandOptions
internal import FileNames
internal import ImageIO
internal import Optim
internal import QuantVGG
internal import StyleTransfer

/// `qstyle bench`: the speed of this build on this machine, beside the limit of its instruction set.
struct BenchCommand {
  static let command = Command(
    "qstyle bench", "Measures forward, backward and whole steps on this machine.",
    usage: "[--size WxH]", arguments: 0...0,
    groups: [
      OptionGroup(
        "Measurement",
        [
          Option("size", value: "WxH", "Size of the image (default: 512x384)."),
          Option(
            "repeats", value: "N", "Steps that are measured, after one that is not (default: 5)."),
          SharedOptions.plan, SharedOptions.precision, SharedOptions.weights,
          FloatLayersOptions.layers, FloatLayersOptions.reference,
        ]),
      SharedOptions.group,
    ])

  private let shared: SharedOptions
  private let size: ImageSize
  private let repeats: Int
  private let precision: Precision?
  private let weights: FilePath?
  private let floatLayers: FloatLayersOptions
  private let plan: MemoryPlan?

  init(_ arguments: ParsedArguments) throws(UsageError) {
    shared = try SharedOptions(arguments)
    let text = arguments.text("size") ?? "512x384"
    guard let size = try ImageSize(typed: text) else {
      throw UsageError("--size is WIDTHxHEIGHT of 16 to 16384 pixels a side, not '\(text)'")
    }
    self.size = size
    repeats = try arguments.integer("repeats", in: 1...10_000) ?? 5
    precision = try Precision(arguments)
    weights = arguments.path("weights")
    floatLayers = try FloatLayersOptions(arguments)
    try floatLayers.check(precision)
    plan = try SharedOptions.plan(arguments)
  }

  func run() throws(Failure) -> ExitCode {
    let weights = try Failure.from { () throws(TransferError) in
      try Weights.find(self.weights, precision: precision)
    }
    var transfer = transfer(weights)
    try floatLayers.apply(to: &transfer)
    do throws(TransferError) {
      let planned = try transfer.choosePlan()
      let pool = WorkerPool(threads: shared.threads)
      let session = try transfer.start(planned, pool: pool).session
      var report = BenchReport(transfer, planned, session, rounds: repeats, threads: pool.threads)
      measure(session, pool, &report)
      Console.print(shared.isJSON ? report.json + "\n" : report.text)
    } catch {
      throw Failure(error, relief: "use a smaller --size")
    }
    return .done
  }

  /// A transfer of noise of the article's kind over a mid-grey: the values do not change the time.
  private func transfer(_ weights: Weights) -> Transfer {
    func noise(_ seed: UInt64) -> Picture {
      let grey = ImageTensor(width: size.width, height: size.height)
      return Picture(ImageTensor.noisy(content: grey, ratio: 1, seed: seed))
    }
    var transfer = Transfer(content: noise(1), styles: [Style(noise(2))], weights: weights)
    transfer.longerSide = nil
    transfer.optimizer = OptimizerSettings()
    transfer.steps = .max
    transfer.threads = shared.threads
    transfer.instructionSet = shared.instructionSet
    transfer.plan = plan
    return transfer
  }

  /// Measures the peak before every step and once more at the end, and in each step its parts.
  ///
  /// What a change takes that is shortened, which noise makes often, is left out: it is done before.
  private func measure(_ session: Session, _ pool: WorkerPool, _ report: inout BenchReport) {
    let kernels = KernelTable(shared.instructionSet)
    func peak() -> Double {
      MultiplyAccumulatePeak.measure(kernels, isFloat: report.isFloat, pool: pool)
    }
    session.step()
    for _ in 0..<repeats {
      report.peak = max(report.peak, peak())
      session.settle()
      let before = session.timing
      session.step()
      report.add(session.passSeconds, session.timing.since(before))
    }
    report.peak = max(report.peak, peak())
  }
}
