public import FileNames
public import ImageIO
internal import Optim
public import QuantVGG
internal import Rows

/// The reason why a transfer can not run, or has ended early.
public enum TransferError: Error, Equatable, CustomStringConvertible {
  /// The picture can not be read or written.
  case picture(name: String, ImageError)
  /// The picture's file is a pipe or a device, of which checkpoints and comparisons can not tell whether it is the same.
  case notStored(name: String)
  /// The file can not stand for a style, or can not be written.
  case style(name: String, StyleFileError)
  /// The mask can not be used.
  case mask(name: String, MaskError)
  /// The file of weights can not be used.
  case weights(name: String, WeightError)
  /// The weights are of another arithmetic than the one that is asked for.
  case precision(name: String, held: Precision, wanted: Precision)
  /// There is no file of weights in any of the places that are searched.
  case noWeights(Precision)
  /// The weights' network lacks a layer of the settings.
  case missingLayer(network: NetworkTable, layer: LayerName, isStyle: Bool)
  /// Layers can not compute in single precision.
  case floatLayers(FloatLayerError)
  /// A picture's shorter side is below the least that the deepest layer needs.
  case tooSmall(name: String, width: Int, height: Int, least: Int, remedy: SizeRemedy)
  /// A scale of this longer side comes before one, or the result of this size, that is not larger.
  case scaleTooLarge(Int, size: ImageSize)
  /// A picture in memory has not the size at which it is wanted.
  case otherSize(name: String, found: ImageSize, wanted: ImageSize)
  /// The plan, or every plan, needs more memory than is allowed.
  ///
  /// `isChosen` where the plan was asked for by name; otherwise `fitting` says what fits.
  case overLimit(
    size: ImageSize, bytes: Int, plan: String, limit: MemoryLimit, isChosen: Bool,
    fitting: FittingRun)
  /// Work that maps so many bytes where the process may map only as many as `left` says.
  case unmappable(bytes: Int, left: MemoryLimit)
  /// The system refused this many bytes.
  case memory(bytes: Int)
  /// The plan packs the content's targets, of which too many numbers are not 0.
  case denseContent
  /// The plan has its state in a file, and there is no folder for it.
  case noSpill(plan: String)
  /// The folder can not take the run's state, or has lost it.
  case spill(folder: FilePath, SpillError)
  /// The checkpoint can not be used or written.
  case checkpoint(path: FilePath, CheckpointError)
  /// The checkpoint is of a later step than the last one that is asked for.
  case laterStep(path: FilePath, found: Int)
  /// Costs or image are no longer finite at this step.
  case diverged(step: Int)
  /// It was stopped before its first step.
  case stopped

  init(_ error: MemoryError) {
    switch error {
    case .refused(let bytes): self = .memory(bytes: bytes)
    }
  }

  /// Asks for memory.
  static func from<Result>(
    _ request: () throws(MemoryError) -> Result
  ) throws(TransferError) -> Result {
    do throws(MemoryError) {
      return try request()
    } catch {
      throw TransferError(error)
    }
  }

  /// Reads weights; `name` is what messages call them.
  static func from<Result>(
    _ name: String, _ reading: () throws(WeightError) -> Result
  ) throws(TransferError) -> Result {
    do throws(WeightError) {
      return try reading()
    } catch {
      throw .weights(name: name, error)
    }
  }

  /// A sentence: what is wrong and what to do about it.
  public var description: String {
    switch self {
    case .picture(let name, let error): return "\(name) \(error.description)"
    case .style(let name, let error): return "\(name) \(error.description)"
    case .mask(let name, let error): return "\(name) \(error.description)"
    case .notStored(let name):
      return "\(name) can be read only once; copy it to a file for a checkpoint or a comparison"
    case .weights(let name, let error): return "\(name) \(error.description)"
    case .precision(let name, let held, let wanted):
      return "\(name) holds \(held.rawValue) weights where \(wanted.rawValue) weights are wanted; "
        + "name another file"
    case .noWeights(let precision):
      return
        "there are no \(precision.rawValue) weights (\(Weights.fileName(precision))) beside the "
        + "program or in the data folder; name a file, or make them with quantize"
    case .missingLayer(let network, let layer, _):
      return "\(network.title) has no \(layer.description); its layers are \(network.range)"
    case .floatLayers(let error): return error.description
    case .tooSmall(let name, let width, let height, let least, let remedy):
      let advice =
        switch remedy {
        case .longerSide(let side): "ask for a longer side of \(side) or more"
        case .upscale(let side): "let it be enlarged, to a longer side of \(side) or more"
        case .otherPicture: "use a larger picture"
        }
      return "\(name) becomes \(width)x\(height) pixels; the layers need \(least) a side: " + advice
    case .scaleTooLarge(let side, let size):
      return "a scale of \(side) pixels comes before a result of \(size.width)x\(size.height): "
        + "scales grow, and are smaller than the result"
    case .otherSize(let name, let found, let wanted):
      return "\(name) has \(found.width)x\(found.height) pixels where "
        + "\(wanted.width)x\(wanted.height) are wanted; resize it"
    case .overLimit(let size, let bytes, let plan, let limit, let isChosen, let fitting):
      let refusal =
        "\(size.width)x\(size.height) needs \(Self.mebibytes(bytes)) MiB with the plan \(plan), and "
        + "\(Self.mebibytes(limit.bytes)) MiB are allowed"
        + (limit.reason.map { " (\($0))" } ?? "")
      if isChosen { return refusal + ": choose no plan, or allow more memory" }
      let changes = [
        fitting.spills ? "let its state go to a file" : nil,
        fitting.history.map { "let L-BFGS remember \($0) change\($0 == 1 ? "" : "s")" },
        fitting.side.map { "use \($0) pixels or fewer for the longer side" },
      ].compactMap { $0 }
      guard !changes.isEmpty else { return refusal + "; no size fits: allow more memory" }
      return refusal + ": " + changes.joined(separator: ", ") + ", or allow more memory"
    case .unmappable(let bytes, let left):
      return "this process may map only \(Self.mebibytes(left.bytes)) MiB more "
        + "(\(left.reason ?? "")), and \(Self.mebibytes(bytes)) MiB are needed: allow more memory"
    case .memory(let bytes):
      return "the system refuses \(bytes >> 20) MiB of memory; use a smaller size"
    case .denseContent:
      return
        "the content's targets do not pack into half their bytes: choose a plan that is not packed, or allow more memory"
    case .noSpill(let plan):
      return
        "the plan \(plan) has its state in a file: name a folder for it, or choose another plan"
    case .spill(let folder, let error): return "\(folder) \(error.description)"
    case .checkpoint(let path, let error): return "\(path) \(error.description)"
    case .laterStep(let path, let found):
      return "\(path) has \(found) step\(found == 1 ? "" : "s") already: ask for at least as many "
        + "steps, or delete it to start afresh"
    case .diverged(let step):
      return "the optimisation diverged by step \(step): lower the learning rate or the style's "
        + "weight"
    case .stopped: return "stopped before the first step"
    }
  }

  /// A count of bytes as "61.3".
  private static func mebibytes(_ bytes: Int) -> String {
    let tenths = (bytes / 1024 * 10 + 512) / 1024
    return "\(tenths / 10).\(tenths % 10)"
  }
}

/// What makes a picture large enough.
public enum SizeRemedy: Equatable, Sendable {
  /// `Transfer.longerSide` of at least this many pixels.
  case longerSide(Int)
  /// `Transfer.upscale`, with a longer side of at least this many pixels.
  case upscale(Int)
  /// Nothing but a larger picture.
  case otherPicture

  /// The remedy for a picture of this size whose shorter side shall have at least `least` pixels.
  init(for size: ImageSize, least: Int, canGrow: Bool) {
    let (longer, shorter) = (max(size.width, size.height), min(size.width, size.height))
    // The other side is rounded half up (`fittedSize`).
    let side = ((2 * least - 1) * longer + 2 * shorter - 1) / (2 * shorter)
    self = side <= longer ? .longerSide(side) : canGrow ? .upscale(side) : .otherPicture
  }
}

/// What of a run that needs more memory than is allowed could be changed.
public struct FittingRun: Sendable, Equatable {
  /// The longest side that fits; nil where none does.
  public var side: Int?
  /// The most changes that L-BFGS may remember at the wanted size; nil where even one is too much, or
  /// another optimizer was chosen.
  public var history: Int?
  /// Whether the wanted size fits with its state in a file, which no folder was named for.
  public var spills = false
}
