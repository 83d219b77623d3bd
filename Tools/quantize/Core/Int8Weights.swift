public import QuantVGG

/// An image that activations are measured on: `[height][width][3]` RGB minus mean.
public struct CalibrationImage {
  /// Columns.
  public var width: Int
  /// Rows.
  public var height: Int
  /// The values.
  public var values: [Float]

  /// An image from its values.
  public init(width: Int, height: Int, values: [Float]) {
    self.width = width
    self.height = height
    self.values = values
  }
}

/// A network in the numeric contract's formats, made from single precision and calibration images.
public struct Int8Weights {
  /// How far above the calibrated maximum an activation may rise before it saturates.
  ///
  /// Clipping ruins later steps of an optimisation, while a somewhat coarser step costs little.
  public static let headroom: Float = 1.1

  /// Weights and scales, which both kinds of pooling share.
  public private(set) var weights: [QuantizedWeights] = []
  /// Biases and activation scales for average and for maximum pooling.
  public private(set) var convolutions: [Pooling: [Int8Convolution]] = [:]

  /// Quantizes layers.
  ///
  /// The biases are corrected layer by layer, so that the mean of every channel over the calibration
  /// images is the float network's, with the layers before quantized (Nagel et al., arXiv
  /// 1906.04721, section 4.2, with measured means).
  ///
  /// - Parameters:
  ///   - layers: conv1_1 and on.
  ///   - images: at least one; activation scales come from all of them.
  ///   - means: at least one, small; biases are corrected on these.
  ///   - granularity: how many weights share a scale.
  ///   - pool: the threads.
  ///   - progress: called with the share that is done.
  /// - Throws: `QuantizeError`.
  public init(
    _ layers: [Float32Convolution], images: [CalibrationImage], means: [CalibrationImage],
    granularity: Granularity = .channel, pool: WorkerPool, progress: (Double) -> Void = { _ in }
  ) throws(QuantizeError) {
    precondition(!images.isEmpty && !means.isEmpty && !layers.isEmpty)
    for (layer, source) in zip(VGG19.convolutions, layers) {
      weights.append(
        quantize(
          source.weights, outputChannels: layer.outputChannels, granularity: granularity))
    }
    for (index, pooling) in Pooling.allCases.enumerated() {
      let start = Double(index) / Double(Pooling.allCases.count)
      convolutions[pooling] = try calibrate(
        layers, images: images, means: means, pooling: pooling, pool: pool
      ) { progress(start + $0 / Double(Pooling.allCases.count)) }
    }
  }

  private func calibrate(
    _ layers: [Float32Convolution], images: [CalibrationImage], means: [CalibrationImage],
    pooling: Pooling, pool: WorkerPool, progress: (Double) -> Void
  ) throws(QuantizeError) -> [Int8Convolution] {
    let float = Float32Arithmetic(layers, pooling: pooling)
    let ranges = try Self.statistics(float, layers: layers.indices, images: images, pool: pool)
    let wanted = try Self.statistics(float, layers: layers.indices, images: means, pool: pool)
    var result: [Int8Convolution] = []
    var inputScale: Float = 1.0 / 64  // conv1_1 reads units of 1/64 grey level
    for index in layers.indices {
      let outputScale = max(ranges[index].largest * Self.headroom / 255, 0x1p-30)
      var convolution = Int8Convolution(
        weights: weights[index].values, weightScale: weights[index].scales, bias: [],
        outputScale: outputScale)
      var bias = layers[index].bias
      // Once to measure with the bias as it is, once with the correction.
      for round in 0..<2 {
        convolution.bias = try Self.units(
          bias, inputScale: inputScale, scales: convolution.weightScale, layer: index)
        guard round == 0 else { break }
        let measured = try Self.statistics(
          Int8Arithmetic(result + [convolution], pooling: pooling), layers: index..<index + 1,
          images: means, pool: pool)
        Self.correct(&bias, measured: measured[index], wanted: wanted[index])
      }
      result.append(convolution)
      inputScale = outputScale
      progress(Double(index + 1) / Double(layers.count))
    }
    return result
  }

  /// Moves biases by the difference of the means; a bias acts only where the ReLU is open.
  private static func correct<Measured, Wanted>(
    _ bias: inout [Float], measured: ActivationStatistics<Measured>.Layer,
    wanted: ActivationStatistics<Wanted>.Layer
  ) {
    for c in bias.indices {
      let difference = wanted.sums[c] - measured.sums[c]
      let open = max(wanted.positives[c], wanted.positions / 10)
      bias[c] += Float(difference / Double(open))
    }
  }

  private static func units(
    _ bias: [Float], inputScale: Float, scales: [Float], layer: Int
  ) throws(QuantizeError) -> [Int32] {
    var units: [Int32] = []
    for (value, scale) in zip(bias, scales) {
      guard let rounded = quantizeBias(value, inputScale: inputScale, weightScale: scale) else {
        throw .largeBias(layer: VGG19.convolutions[layer].name)
      }
      units.append(rounded)
    }
    return units
  }

  private static func statistics<Numbers: Arithmetic>(
    _ numbers: Numbers, layers: Range<Int>, images: [CalibrationImage], pool: WorkerPool
  ) throws(QuantizeError) -> [ActivationStatistics<Numbers>.Layer] {
    let statistics = ActivationStatistics(numbers, layers: layers)
    for image in images {
      do throws(MemoryError) {
        try statistics.add(
          image.values, width: image.width, height: image.height, pool: pool)
      } catch {
        throw .memory(error)
      }
    }
    return statistics.layers
  }

  /// The file's tensors.
  public var tensors: [OutputTensor] {
    var tensors: [OutputTensor] = []
    for (index, weight) in weights.enumerated() {
      let layer = VGG19.convolutions[index]
      let channels = [layer.outputChannels]
      tensors.append(
        OutputTensor(
          layer.name + ".weight", type: "I8",
          shape: [layer.outputChannels, layer.inputChannels, 3, 3], values: weight.values))
      tensors.append(
        OutputTensor(
          layer.name + ".weight_scale", type: "F32", shape: channels, values: weight.scales))
      var scales: [Float] = []
      for pooling in Pooling.allCases {
        guard let convolution = convolutions[pooling]?[index] else { continue }
        scales.append(convolution.outputScale)
        tensors.append(
          OutputTensor(
            layer.name + ".bias." + pooling.rawValue, type: "I32", shape: channels,
            values: convolution.bias))
      }
      tensors.append(
        OutputTensor(layer.name + ".activation_scale", type: "F32", shape: [2], values: scales))
    }
    return tensors
  }
}

/// Why a network can not be quantized.
public enum QuantizeError: Error, Equatable {
  /// A bias is beyond 2^30 units: the weights can not be VGG-19's.
  case largeBias(layer: String)
  /// The system refused memory for a calibration image.
  case memory(MemoryError)

  /// What is wrong and what to do about it, as the rest of a sentence that starts with the path.
  public var description: String {
    switch self {
    case .largeBias(let layer):
      "has a bias in \(layer) that no activation scale fits; it is not VGG-19"
    case .memory(.refused(let bytes)):
      "cannot be calibrated: \(bytes >> 20) MiB of memory are refused; use smaller images"
    }
  }
}
