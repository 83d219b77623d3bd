internal import CommandOptions
internal import ImageIO
internal import Optim
internal import QuantVGG
internal import StyleTransfer

/// What a run's images follow from, as a number: the same key means the same images, step by step.
///
/// Plan, threads and instruction set change no bit and are no part of it.
struct RunKey {
  private var fingerprint = Fingerprint()

  /// The key's bits.
  var value: UInt64 { fingerprint.value }

  /// 16 hexadecimal digits.
  var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Adds bytes of a map a part at a time, whose memory `drop` gives back.
  private mutating func add(_ bytes: UnsafeRawBufferPointer, drop: () -> Void) {
    fingerprint.add(UInt64(bytes.count))
    var rest = bytes
    while !rest.isEmpty {
      let count = min(1 << 18, rest.count)
      fingerprint.add(UnsafeRawBufferPointer(rebasing: rest[..<count]))
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      drop()
    }
  }

  /// Adds a file's bytes.
  private mutating func add(file path: String) throws(Failure) {
    let file: MappedFile
    do throws(WeightError) {
      file = try MappedFile(path: path)
    } catch {
      throw Failure(path, error.description)
    }
    file.withBytes { bytes in add(bytes) { file.dropPages() } }
  }

  /// The key of a run.
  ///
  /// - Parameters:
  ///   - transfer: its sizes.
  ///   - options: its settings; the seed is that of `seed`.
  ///   - weights: the network.
  ///   - seed: of the noise.
  /// - Throws: `Failure` where a file cannot be read.
  init(
    _ transfer: PlannedTransfer, _ options: TransferOptions, weights: Weights, seed: UInt64
  ) throws(Failure) {
    let settings = options.settings
    let (result, style) = (transfer.resultSize, transfer.measuredStyleSize)
    fingerprint.add(
      "\(QStyle.version) \(result.width)x\(result.height) \(style.width)x\(style.height) "
        + "\(weights.precision.rawValue) \(options.pooling.rawValue) "
        + "\(settings.contentWeight) \(settings.styleWeight)")
    for layers in [settings.contentLayers, settings.styleLayers] {
      fingerprint.add(UInt64(layers.count))
      for layer in layers { fingerprint.add("\(layer.layer) \(layer.weight)") }
    }
    add(options.optimizer)
    var files = [options.content, options.style]
    switch options.start {
    case .content: fingerprint.add("content")
    case .noise: fingerprint.add("noise \(options.noiseRatio) \(seed)")
    case .file(let path): files.append(path)
    }
    for path in files { try add(file: path) }
    // A file may have more layers than are in use, and in any order.
    for layer in VGG19.convolutions[...settings.deepest] {
      for tensor in weights.file.tensors.tensors where tensor.name.hasPrefix(layer.name + ".") {
        fingerprint.add(tensor.name)
        add(tensor.bytes) { weights.file.dropPages() }
      }
    }
  }

  private mutating func add(_ optimizer: OptimizerSettings) {
    fingerprint.add("\(optimizer.method.rawValue) \(optimizer.state.rawValue)")
    switch optimizer.method {
    case .adam:
      let adam = optimizer.adam
      fingerprint.add("\(adam.learningRate) \(adam.beta1) \(adam.beta2) \(adam.epsilon)")
    case .lbfgs:
      let lbfgs = optimizer.lbfgs
      fingerprint.add("\(lbfgs.history) \(lbfgs.firstChange) \(lbfgs.largestChange)")
    }
  }

  /// The key of a run of a comparison, whose figures follow from the machine's settings too.
  ///
  /// - Throws: `Failure` where a file cannot be read.
  init(
    _ run: ComparedRun, _ transfer: PlannedTransfer, _ options: TransferOptions
  ) throws(Failure) {
    try self.init(transfer, options, weights: run.weights, seed: run.seed)
    fingerprint.add(
      "\(options.steps) \(run.samples.count) \(options.shared.threads) "
        + options.shared.kernels.instructionSet.rawValue)
  }
}
