internal import FileNames
internal import ImageIO
internal import Optim
package import QuantVGG

extension Transfer {
  /// A hash of all that the images of a run follow from: the same one means the same images, step
  /// by step.
  ///
  /// Plan, threads and instruction set change no bit and are no part of it, nor are the steps of the last scale.
  ///
  /// - Throws: `TransferError` where a file can not be read.
  package func fingerprint() throws(TransferError) -> Fingerprint {
    guard let weights else { preconditionFailure("a transfer without weights is only planned") }
    var fingerprint = Fingerprint()
    fingerprint.add(Self.version)
    fingerprint.add(resultSize)
    fingerprint.add(network.name)
    fingerprint.add(precision.rawValue)
    fingerprint.add(pooling.rawValue)
    fingerprint.add(settings.contentWeight.bitPattern)
    fingerprint.add(settings.styleWeight.bitPattern)
    fingerprint.add(settings.contentLayers)
    fingerprint.add(settings.styleLayers)
    if settings.smoothness > 0 {
      fingerprint.add("smooth")
      fingerprint.add(settings.smoothness.bitPattern)
    }
    if settings.styleLoss != StyleLoss() {
      fingerprint.add("style loss")
      fingerprint.add(settings.styleLoss.gram.bitPattern)
      fingerprint.add(settings.styleLoss.moments.bitPattern)
      fingerprint.add(settings.styleLoss.histogram.bitPattern)
    }
    if !colors.isEmpty {
      fingerprint.add("colors")
      fingerprint.add(UInt64(colors.rawValue))
    }
    if settings.normalizesGradients { fingerprint.add("normalized") }
    switch walk {
    case .longerSide: break
    case .rows: fingerprint.add("rows")
    case .columns: fingerprint.add("columns")
    }
    if !coarse.isEmpty { addScales(to: &fingerprint) }
    fingerprint.add(usedOptimizer)
    switch start {
    case .content: fingerprint.add("content")
    case .noise(let ratio, let seed):
      fingerprint.add("noise")
      fingerprint.add(UInt64(ratio.bitPattern))
      fingerprint.add(seed)
    case .picture: break
    }
    if let nearbySeed {
      fingerprint.add("nearby")
      fingerprint.add(nearbySeed)
    }
    try content.add(to: &fingerprint)
    fingerprint.add(UInt64(styles.count))
    for style in styles {
      fingerprint.add(size(style))
      try style.add(to: &fingerprint)
    }
    for mix in mixes {
      for share in mix { fingerprint.add(share.bitPattern) }
    }
    if let regions {
      try regions.mask.add(to: &fingerprint)
      fingerprint.add(regions.weighting.rawValue)
      for region in regions.regions { fingerprint.add(region.styles.isEmpty ? 1 : 0) }
    }
    if case .picture(let picture) = start { try picture.add(to: &fingerprint) }
    weights.add(to: &fingerprint, layers: .conv1_1...settings.deepest)
    addFloatLayers(to: &fingerprint)
    return fingerprint
  }
}

extension Transfer {
  /// Adds sizes and steps of the scales before the last, and what ends them early.
  private func addScales(to fingerprint: inout Fingerprint) {
    fingerprint.add("scales")
    fingerprint.add(UInt64(coarse.count))
    for scale in scales.dropLast() {
      fingerprint.add(scale.resultSize)
      for style in styles { fingerprint.add(scale.size(style)) }
      fingerprint.add(UInt64(scale.steps))
    }
    fingerprint.add(stop?.change.bitPattern ?? 0)
    fingerprint.add(UInt64(stop?.steps ?? 0))
  }
}

extension Fingerprint {
  mutating func add(_ size: ImageSize) {
    add(UInt64(size.width))
    add(UInt64(size.height))
  }

  mutating func add(_ layers: [TransferSettings.LayerWeight]) {
    add(UInt64(layers.count))
    for layer in layers {
      add(layer.layer.description)
      add(layer.weight.bitPattern)
    }
  }

  mutating func add(_ optimizer: OptimizerSettings) {
    add(optimizer.method.rawValue)
    add(optimizer.state.rawValue)
    for range in optimizer.bounds {
      add(UInt64(range.lowerBound.bitPattern))
      add(UInt64(range.upperBound.bitPattern))
    }
    switch optimizer.method {
    case .adam:
      let adam = optimizer.adam
      add(UInt64(adam.learningRate.bitPattern))
      add(UInt64(adam.beta1.bitPattern))
      add(UInt64(adam.beta2.bitPattern))
      add(UInt64(adam.epsilon.bitPattern))
      add(adam.startsShort ? 1 : 0)
    case .lbfgs:
      add(UInt64(optimizer.lbfgs.history))
      add(optimizer.lbfgs.firstChange.bitPattern)
      add(optimizer.lbfgs.largestChange.bitPattern)
      add(optimizer.lbfgs.damping.bitPattern)
    }
  }

  /// Adds a kind of picture, its size and its samples.
  mutating func add(_ kind: String, _ size: ImageSize, _ samples: [Float]) {
    add(kind)
    add(size)
    add(numbers: samples)
  }

  /// Adds numbers as they stand in memory.
  mutating func add<Number: BitwiseCopyable>(numbers: [Number]) {
    let bytes = unsafe numbers.span.bytes
    add(UInt64(bytes.byteCount))
    add(bytes)
  }

  /// Adds a file's bytes.
  ///
  /// - Throws: `TransferError.notStored`, or `.weights`, which has the sentences of mapped files.
  mutating func add(file path: FilePath) throws(TransferError) {
    let file: MappedFile
    do throws(WeightError) {
      file = try MappedFile(path: path)
    } catch {
      throw error == .notAFile
        ? .notStored(name: path.description) : .weights(name: path.description, error)
    }
    var copy = self
    FileSlice(file).withBytes { bytes in copy.add(parts: bytes) { file.dropPages() } }
    self = copy
  }
}
