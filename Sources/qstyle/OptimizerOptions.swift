internal import CommandOptions
internal import Optim
internal import QuantVGG
internal import StyleTransfer

/// The options that choose an optimizer.
enum OptimizerOptions {
  static let optimizer = Option(
    "optimizer", value: "O", "lbfgs (default) or adam, which takes less memory.")
  static let state = Option(
    "state", value: "S",
    "int8 (default) or float32: how the optimizer stores its moments or its history.")
  static let learningRate = Option(
    "learning-rate", value: "R", "Adam's step size in grey levels (default: 10); chooses adam.")

  static let history = Option(
    "history", value: "M", "Changes that L-BFGS remembers (default: 6).")

  static let unbounded = Option(
    "unbounded",
    "Let colours leave 0...255 on the way, as --preset article does; the saved picture is clipped.")

  /// The optimizer of a command line, for a run of so many steps.
  static func settings(
    _ arguments: ParsedArguments, steps: Int, isArticle: Bool = false
  ) throws(UsageError) -> OptimizerSettings {
    var settings = OptimizerSettings(
      method: isArticle || arguments.has("learning-rate") ? .adam : .lbfgs,
      state: isArticle ? .float32 : .int8)
    let methods = OptimizerSettings.Method.allCases.map { $0.rawValue }
    let states = OptimizerSettings.State.allCases.map { $0.rawValue }
    if let name = try arguments.choice("optimizer", among: methods),
      let method = OptimizerSettings.Method(rawValue: name)
    {
      settings.method = method
    }
    if let name = try arguments.choice("state", among: states),
      let state = OptimizerSettings.State(rawValue: name)
    {
      settings.state = state
    }
    let rate = try arguments.number("learning-rate", in: 1e-6...1000)
    guard rate == nil || settings.method == .adam else {
      throw UsageError("--learning-rate is Adam's; leave it out, or choose --optimizer adam")
    }
    let history = try arguments.integer("history", in: 1...100)
    guard history == nil || settings.method == .lbfgs else {
      throw UsageError("--history is that of L-BFGS; leave it out, or choose --optimizer lbfgs")
    }
    settings.lbfgs.history = history ?? settings.lbfgs.history
    // A short run never remembers more changes than it makes, unless more steps may follow.
    if !arguments.has("checkpoint") {
      settings.lbfgs.history = min(settings.lbfgs.history, steps)
    }
    if !isArticle && !arguments.has("unbounded") {
      for mean in [NetworkTable.mean.red, NetworkTable.mean.green, NetworkTable.mean.blue] {
        settings.bounds.append(-mean...255 - mean)
      }
    }
    settings.adam.learningRate = Float(rate ?? (isArticle ? 2 : 10))
    return settings
  }
}

extension OptimizerSettings {
  /// The optimizer for an image.
  func make(width: Int, height: Int) throws(Failure) -> Optimizer {
    do throws(OptimizerError) {
      return try makeOptimizer(rowLength: 3 * width, rows: height)
    } catch {
      throw Failure(TransferError(error).description)
    }
  }
}
