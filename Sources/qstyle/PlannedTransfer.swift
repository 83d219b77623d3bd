internal import CommandOptions
internal import ImageIO
internal import Optim
internal import QuantVGG
internal import StyleTransfer

/// What the memory of a run follows from, before anything is read but the pictures' headers.
struct PlannedTransfer {
  var network: NetworkTable
  /// The pictures as their files have them.
  var content: ImageReader?
  var style: ImageReader?
  var start: ImageReader?
  /// Upright sizes of the files.
  var contentSize: ImageSize
  var styleSize: ImageSize
  /// Longer side of the result.
  var longerSide: Int
  var upscale: Bool
  var settings: TransferSettings
  var optimizer: OptimizerSettings
  var pooling: Pooling
  var precision: Precision
  var threads: Int
  var instructionSet: InstructionSet
  /// Copies of the image that are kept beside the optimizer's state.
  var imageCopies = 0

  /// Size of the result.
  var resultSize: ImageSize {
    fittedSize(contentSize, longerSide: longerSide, upscale: upscale)
  }

  /// Size at which the style is measured.
  var measuredStyleSize: ImageSize { fittedSize(styleSize, longerSide: longerSide) }

  /// Whether the engine's rows are the pictures' columns: it walks along the longer side, so that
  /// its rows are short and a ring of them is small.
  var isTransposed: Bool { resultSize.width > resultSize.height }

  /// A picture's size as the engine sees it.
  func engineSize(_ size: ImageSize) -> ImageSize { isTransposed ? size.transposed : size }

  /// Bytes of one image.
  private var imageBytes: Int { 3 * resultSize.pixelCount * MemoryLayout<Float>.stride }

  private var demand: MemoryDemand {
    let (result, measured) = (engineSize(resultSize), engineSize(measuredStyleSize))
    var demand = MemoryDemand(
      network, width: result.width, height: result.height, styleWidth: measured.width,
      styleHeight: measured.height, settings: settings, pooling: pooling,
      optimizerBytes: optimizer.stateBytes(rowLength: 3 * result.width, rows: result.height)
        + ValueBounds.bytes(rowLength: 3 * result.width) + imageCopies * imageBytes,
      threads: threads)
    demand.instructionSet = instructionSet
    demand.contentReadingBytes = content?.readingBytes(size: resultSize) ?? 0
    demand.styleReadingBytes = style?.readingBytes(size: measuredStyleSize) ?? 0
    demand.startReadingBytes = start?.readingBytes(size: resultSize) ?? 0
    return demand
  }

  /// What the process has in use beside the plan: what it has now, the code and the stacks that a
  /// step adds to it, and the encoder of the result.
  private static func base(threads: Int) -> Int {
    Console.residentBytes + (3 << 19) + threads * (32 << 10)
  }

  /// Peak of the whole process while activations are compared.
  func agreementBytes(_ plan: NetworkPlan) -> Int {
    Self.base(threads: threads) + demand.agreementBytes(plan)
  }

  private static func add(_ bytes: Int, to planned: PlannedMemory) -> PlannedMemory {
    var whole = planned
    whole.bytes += bytes
    return whole
  }

  /// The plans that are worth having, fastest first, with the peak of the whole process.
  func plans() -> [PlannedMemory] {
    let base = Self.base(threads: threads)
    let plans =
      switch precision {
      case .int8: demand.plans(for: Int8Arithmetic.self)
      case .float32: demand.plans(for: Float32Arithmetic.self)
      }
    return plans.map { Self.add(base, to: $0) }
  }

  /// A plan with the peak of the whole process.
  func planned(_ plan: MemoryPlan) -> PlannedMemory {
    let planned =
      switch precision {
      case .int8: demand.planned(plan, for: Int8Arithmetic.self)
      case .float32: demand.planned(plan, for: Float32Arithmetic.self)
      }
    return Self.add(Self.base(threads: threads), to: planned)
  }

  /// The plan of a run: the wanted one, or the fastest that stays within `limit` bytes.
  ///
  /// - Throws: `Failure` where the limit is too small; it names the size that fits.
  func choose(_ wanted: MemoryPlan?, limit: Int) throws(Failure) -> PlannedMemory {
    if let wanted {
      let planned = planned(wanted)
      guard planned.bytes <= limit else {
        throw Failure(refusal(planned, limit: limit) + ": leave out --plan, or allow more --memory")
      }
      return planned
    }
    let plans = plans()
    if let fitting = plans.first(where: { $0.bytes <= limit }) { return fitting }
    guard let least = plans.last else { throw Failure("there is no plan") }
    guard let size = fittingSide(limit: limit) else {
      throw Failure(refusal(least, limit: limit) + "; no size fits: allow more --memory")
    }
    throw Failure(
      refusal(least, limit: limit) + ": use --size \(size) or less, or allow more --memory")
  }

  private func refusal(_ planned: PlannedMemory, limit: Int) -> String {
    let size = resultSize
    return "\(size.width)x\(size.height) needs \(Format.bytes(planned.bytes)) with the plan "
      + "\(planned.plan.name), and \(Format.bytes(limit)) are allowed"
  }

  /// The largest longer side whose least plan stays within `limit`; nil where none does.
  private func fittingSide(limit: Int) -> Int? {
    var smaller = self
    func fits(_ side: Int) -> Bool {
      smaller.longerSide = side
      return smaller.plans().contains { $0.bytes <= limit }
    }
    let longest = max(resultSize.width, resultSize.height)
    let shape = settings.deepest.smallestSide
    let least = shape * longest / max(1, min(resultSize.width, resultSize.height)) + 1
    guard least < longest, fits(least) else { return nil }
    var (low, high) = (least, longest)
    while high - low > 1 {
      let middle = (low + high) / 2
      if fits(middle) { low = middle } else { high = middle }
    }
    return low
  }

  /// The limit without --memory: nine tenths of what the system could give without swapping.
  static var availableBytes: Int {
    let available = Console.availableBytes
    return available == 0 ? Int.max : (Console.residentBytes + available) / 10 * 9
  }
}
