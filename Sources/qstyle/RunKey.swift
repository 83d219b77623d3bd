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
    fingerprint.add(QStyle.version)
    add(transfer.resultSize)
    add(transfer.measuredStyleSize)
    fingerprint.add(weights.file.network.name)
    fingerprint.add(weights.precision.rawValue)
    fingerprint.add(options.pooling.rawValue)
    fingerprint.add(settings.contentWeight.bitPattern)
    fingerprint.add(settings.styleWeight.bitPattern)
    add(settings.contentLayers)
    add(settings.styleLayers)
    add(options.optimizer)
    var files = [options.content, options.style]
    switch options.start {
    case .content: fingerprint.add("content")
    case .noise:
      fingerprint.add("noise")
      fingerprint.add(UInt64(options.noiseRatio.bitPattern))
      fingerprint.add(seed)
    case .file(let path): files.append(path)
    }
    for path in files { try add(file: path) }
    // A file may have more layers than are in use, and in any order.
    for layer in weights.file.network.convolutions where layer.name <= settings.deepest {
      for tensor in weights.file.tensors.tensors where tensor.name.hasPrefix("\(layer.name).") {
        fingerprint.add(tensor.name)
        add(tensor.bytes) { weights.file.dropPages() }
      }
    }
  }

  private mutating func add(_ size: ImageSize) {
    fingerprint.add(UInt64(size.width))
    fingerprint.add(UInt64(size.height))
  }

  private mutating func add(_ layers: [TransferSettings.LayerWeight]) {
    fingerprint.add(UInt64(layers.count))
    for layer in layers {
      fingerprint.add(layer.layer.description)
      fingerprint.add(layer.weight.bitPattern)
    }
  }

  private mutating func add(_ optimizer: OptimizerSettings) {
    fingerprint.add(optimizer.method.rawValue)
    fingerprint.add(optimizer.state.rawValue)
    for range in optimizer.bounds {
      fingerprint.add(UInt64(range.lowerBound.bitPattern))
      fingerprint.add(UInt64(range.upperBound.bitPattern))
    }
    switch optimizer.method {
    case .adam:
      let adam = optimizer.adam
      fingerprint.add(UInt64(adam.learningRate.bitPattern))
      fingerprint.add(UInt64(adam.beta1.bitPattern))
      fingerprint.add(UInt64(adam.beta2.bitPattern))
      fingerprint.add(UInt64(adam.epsilon.bitPattern))
    case .lbfgs:
      fingerprint.add(UInt64(optimizer.lbfgs.history))
      fingerprint.add(optimizer.lbfgs.firstChange.bitPattern)
      fingerprint.add(optimizer.lbfgs.largestChange.bitPattern)
    }
  }

  /// The key of a run of a comparison, whose figures follow from the machine's settings too.
  ///
  /// - Throws: `Failure` where a file cannot be read.
  init(
    _ run: ComparedRun, _ transfer: PlannedTransfer, _ options: TransferOptions
  ) throws(Failure) {
    try self.init(transfer, options, weights: run.weights, seed: run.seed)
    fingerprint.add(UInt64(options.steps))
    fingerprint.add(UInt64(run.samples.count))
    fingerprint.add(UInt64(options.shared.threads))
    fingerprint.add(options.shared.kernels.instructionSet.rawValue)
  }
}
