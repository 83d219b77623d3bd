internal import CommandOptions
internal import FileNames
internal import ImageIO
internal import Optim
internal import QualityReport
internal import QuantVGG
internal import StyleTransfer

/// What a report was made of and with: enough to make it again.
struct Provenance {
  /// The command as a shell reads it.
  private let command: String
  /// The settings under their JSON names.
  private let settings: JSONObject
  /// The machine and what of it was used.
  private let machine: JSONObject
  /// Files with their SHA-256.
  private let files: [JSONObject]

  init(_ options: CompareOptions, _ transfer: Transfer, _ figures: Figures) {
    command = Console.arguments.enumerated().map { index, word in
      ShellWord.quote(index == 0 ? word.lastComponent : word)
    }.joined(separator: " ")
    settings = Self.settings(options, transfer)
    machine = Self.machine(options, transfer)
    var files: [JSONObject] = []
    func add(_ role: String, _ path: FilePath?, _ name: String) {
      var entry = JSONObject()
      entry.add("role", role)
      entry.add("file", name)
      entry.add("sha256", path.flatMap { SHA256.digest(file: $0) })
      files.append(entry)
    }
    for (role, path) in options.transfer.inputs + options.transfer.regions.inputs {
      add(Self.role(role), path, path.description)
    }
    for (run, path) in zip(figures.quantized, options.weights) {
      add(
        "int8 weights", Weights.location(path, precision: .int8), run.run.weights.name)
    }
    let reference = figures.float.run.weights.name
    add("float32 weights", options.reference ?? FilePath(reference), reference)
    self.files = files
  }

  /// Adds it to the report's document.
  func add(to document: inout JSONObject) {
    document.add("command", command)
    document.add("settings", settings)
    document.add("machine", machine)
    document.add("files", files)
  }

  // MARK: The page

  /// A section of the page.
  var html: String {
    "<section><h2>How it was made</h2><pre>\(HTML.escape(command))</pre>"
      + "<h3>Settings</h3>" + HTML.list(settings.entries) + "<h3>Machine</h3>"
      + HTML.list(machine.entries) + "<h3>Files and their SHA-256</h3>"
      + HTML.list(
        files.map { file in
          let values = file.entries.map { $0.1 }
          return (values[0], values.dropFirst().joined(separator: ", "))
        }) + "</section>"
  }

  // MARK: Facts

  /// The role of an input, from what messages call it.
  private static func role(_ name: String) -> String {
    switch name {
    case "the content": "content"
    case "a style": "style"
    case "the mask": "mask"
    case "a style's mask": "style mask"
    default: "start"
    }
  }

  private static func settings(_ options: CompareOptions, _ transfer: Transfer) -> JSONObject {
    var entry = JSONObject()
    let own = options.transfer
    entry.add("init", own.startName)
    entry.add("noise_ratio", own.noiseRatio)
    entry.add("seed", Int(own.seed))
    entry.add("nearby", options.nearby.count)
    entry.add("seeds", options.seeds.count)
    entry.add("size", transfer.longerSide)
    entry.add("upscale", transfer.upscale)
    entry.add("style_sizes", transfer.styles.map { transfer.size($0).text })
    entry.add("result_size", transfer.resultSize.text)
    entry.add("steps", transfer.steps)
    if !transfer.coarse.isEmpty {
      entry.add("coarse_scales", transfer.scales.dropLast().map { $0.resultSize.text })
      entry.add("coarse_steps", transfer.coarse.map { $0.steps })
    }
    entry.add("content_weight", transfer.settings.contentWeight)
    entry.add("style_weight", transfer.settings.styleWeight)
    entry.add("smooth", transfer.settings.smoothness)
    entry.add("content_layers", text(transfer.settings.contentLayers))
    entry.add("style_layers", text(transfer.settings.styleLayers))
    entry.add("normalize_gradients", transfer.settings.normalizesGradients)
    entry.add("colors", ColorOptions.text(transfer.colors))
    if !options.floatLayers.isEmpty {
      entry.add(
        "float_layers", options.floatLayers.map { $0.description }.joined(separator: ","))
    }
    entry.add("optimizer", transfer.optimizer.method.rawValue)
    entry.add("state", transfer.optimizer.state.rawValue)
    switch transfer.optimizer.method {
    case .adam: entry.add("learning_rate", transfer.optimizer.adam.learningRate)
    case .lbfgs: entry.add("history", transfer.optimizer.lbfgs.history)
    }
    entry.add("unbounded", transfer.optimizer.bounds.isEmpty)
    entry.add("pool", transfer.pooling.rawValue)
    return entry
  }

  /// As --style-layers reads it.
  private static func text(_ layers: [TransferSettings.LayerWeight]) -> String {
    layers.map { "\($0.layer):\(Format.general($0.weight))" }.joined(separator: ",")
  }

  private static func machine(_ options: CompareOptions, _ transfer: Transfer) -> JSONObject {
    var entry = JSONObject()
    entry.add("program", "qstyle \(QStyle.version)")
    entry.add("threads", transfer.threads)
    entry.add("processors", WorkerPool.processors)
    entry.add("isa", transfer.instructionSet.rawValue)
    entry.add(
      "available_isa", InstructionSet.allCases.filter { $0.isAvailable }.map { $0.rawValue })
    entry.add("memory", transfer.memory)
    entry.add("plan", options.transfer.planName)
    return entry
  }
}

/// Words of a shell's command line.
enum ShellWord {
  /// The word, in quotes where the shell would read it otherwise.
  static func quote(_ word: FilePath) -> String {
    let plain = word.bytes.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
      default: "-_./,:=+@%".utf8.contains(byte)
      }
    }
    let text = word.description
    guard !plain || word.isEmpty else { return text }
    return "'"
      + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }
}
