internal import ImageIO
internal import Optim
internal import QuantVGG
internal import StyleTransfer

/// The pictures of a transfer; their headers are read at once, their samples by one session.
struct Pictures {
  let content, style: PictureFile
  let start: PictureFile?

  init(_ options: TransferOptions) throws(Failure) {
    content = try PictureFile(options.content)
    style = try PictureFile(options.style)
    if case .file(let path) = options.start {
      start = try PictureFile(path)
    } else {
      start = nil
    }
  }

  /// What the memory of a run follows from; refuses pictures that become too small.
  func transfer(
    _ options: TransferOptions, _ network: NetworkTable, precision: Precision
  ) throws(Failure) -> PlannedTransfer {
    let transfer = PlannedTransfer(
      network: network, content: content.reader, style: style.reader, start: start?.reader,
      contentSize: content.reader.info.size, styleSize: style.reader.info.size,
      longerSide: options.size, upscale: options.upscale, settings: options.settings,
      optimizer: options.optimizer, pooling: options.pooling, precision: precision,
      threads: options.shared.threads, instructionSet: options.shared.kernels.instructionSet)
    let least = options.settings.deepest.smallestSide
    try content.check(transfer.resultSize, least: least)
    try style.check(transfer.measuredStyleSize, least: least)
    return transfer
  }
}

extension TransferOptions {
  /// A session that is ready for its first step; `seed` is that of the noise, nil the options' own.
  func session<Numbers: LossArithmetic>(
    _ numbers: Numbers, _ pictures: Pictures, _ transfer: PlannedTransfer, _ plan: MemoryPlan,
    _ optimizer: Optimizer, _ pool: WorkerPool, seed: UInt64? = nil
  ) throws(Failure) -> TransferSession<Numbers> {
    let size = transfer.engineSize(transfer.resultSize)
    let styleSize = transfer.engineSize(transfer.measuredStyleSize)
    // The style's pixels are given back before the content's come.
    var style = ImageTensor(width: styleSize.width, height: styleSize.height)
    try style.values.withUnsafeMutableBufferPointer { (values) throws(Failure) in
      try pictures.style.read(into: values, transfer.measuredStyleSize, transfer)
    }
    let session: TransferSession<Numbers>
    do throws(TransferError) {
      session = try TransferSession(
        numbers, width: size.width, height: size.height, widestStyle: styleSize.width,
        settings: settings, optimizer: optimizer, plan: plan.network, pool: pool)
      try session.captureStyle(style)
    } catch {
      throw Failure(error.description)
    }
    style = ImageTensor(width: 0, height: 0)
    try pictures.content.read(into: session.pixels, transfer.resultSize, transfer)
    session.captureContent()
    switch start {
    case .content: break
    case .noise:
      ImageTensor.mixNoise(into: session.pixels, ratio: noiseRatio, seed: seed ?? self.seed)
    case .file: try pictures.start?.read(into: session.pixels, transfer.resultSize, transfer)
    }
    return session
  }
}

extension OptimizerSettings {
  /// The optimizer of a run.
  func make(for transfer: PlannedTransfer) throws(Failure) -> Optimizer {
    let size = transfer.engineSize(transfer.resultSize)
    return try make(width: size.width, height: size.height)
  }
}
