internal import CommandOptions
internal import Optim
internal import QuantVGG
internal import StyleTransfer

/// The options that choose an optimizer.
enum OptimizerOptions {
  static let optimizer = Option(
    "optimizer", value: "O", words: OptimizerSettings.Method.allCases.map { $0.rawValue },
    "lbfgs (default) or adam, which takes less memory.")
  static let state = Option(
    "state", value: "S", words: OptimizerSettings.State.allCases.map { $0.rawValue },
    "int8 (default) or float32: how the optimizer stores its moments or its history.")
  static let learningRate = Option(
    "learning-rate", value: "R", "Adam's step size in grey levels (default: 10); chooses adam.")

  static let history = Option(
    "history", value: "M", "Changes that L-BFGS remembers (default: 6).")

  static let unbounded = Option(
    "unbounded",
    "Let colours leave 0...255 on the way, as --preset article does; the saved picture is clipped.")

  /// Changes the optimizer of a transfer to that of a command line.
  static func apply(
    _ arguments: ParsedArguments, to settings: inout OptimizerSettings
  ) throws(UsageError) {
    if arguments.has("learning-rate") { settings.method = .adam }
    if let method = try arguments.choice("optimizer", of: OptimizerSettings.Method.allCases) {
      settings.method = method
    }
    if let state = try arguments.choice("state", of: OptimizerSettings.State.allCases) {
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
    if arguments.has("unbounded") { settings.bounds = [] }
    if let rate { settings.adam.learningRate = Float(rate) }
  }
}
