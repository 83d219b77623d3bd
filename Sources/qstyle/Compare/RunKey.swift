internal import CommandOptions
internal import ImageIO
internal import Optim
internal import QuantVGG
internal import StyleTransfer

/// What a run's images and figures follow from, as a name: the same key means the same run.
struct RunKey {
  /// FNV-1a (Fowler, Noll and Vo) over 64-bit words.
  private var hash: UInt64 = 0xcbf2_9ce4_8422_2325

  /// 16 hexadecimal digits.
  var text: String {
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private mutating func add(_ word: UInt64) {
    hash = (hash ^ word) &* 0x100_0000_01b3
  }

  private mutating func add(_ text: String) {
    for byte in text.utf8 { add(UInt64(byte)) }
    add(0x100)
  }

  /// Adds a file's bytes.
  private mutating func add(file path: String) throws(Failure) {
    let file: MappedFile
    do throws(WeightError) {
      file = try MappedFile(path: path)
    } catch {
      throw Failure(path, error.description)
    }
    file.withBytes { add($0) }
  }

  private mutating func add(_ bytes: UnsafeRawBufferPointer) {
    for word in 0..<bytes.count / 8 {
      add(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * word, as: UInt64.self)))
    }
    for byte in bytes.count / 8 * 8..<bytes.count { add(UInt64(bytes[byte])) }
    add(UInt64(bytes.count))
  }

  /// The key of a run.
  ///
  /// - Throws: `Failure` where a file cannot be read.
  init(_ run: ComparedRun, _ transfer: PlannedTransfer, _ options: TransferOptions) throws(Failure)
  {
    let settings = options.settings
    add(
      "\(QStyle.version) \(transfer.resultSize.width)x\(transfer.resultSize.height) "
        + "\(options.steps) \(run.samples.count) \(options.pooling.rawValue) "
        + "\(settings.contentWeight) \(settings.styleWeight) \(options.shared.threads) "
        + options.shared.kernels.instructionSet.rawValue)
    for layer in settings.contentLayers + settings.styleLayers {
      add("\(layer.layer) \(layer.weight)")
    }
    let optimizer = options.optimizer
    add("\(optimizer.method.rawValue) \(optimizer.state.rawValue)")
    add("\(optimizer.adam.learningRate) \(optimizer.lbfgs.history)")
    var files = [options.content, options.style]
    switch options.start {
    case .content: add("content")
    case .noise: add("noise \(options.noiseRatio) \(run.seed)")
    case .file(let path): files.append(path)
    }
    for path in files { try add(file: path) }
    for tensor in run.weights.file.tensors.tensors { add(tensor.bytes) }
    run.weights.file.dropPages()
  }
}
