package import QuantVGG
package import Rows
package import StyleTransfer

/// A network in the numeric contract's formats, made from single precision and calibration images.
package struct Int8Weights {
  /// The network that the layers are of.
  package let network: NetworkTable
  /// Weights and scales, which both kinds of pooling share.
  package private(set) var weights: [QuantizedWeights] = []
  /// Biases and activation scales for average and for maximum pooling.
  package private(set) var convolutions: [Pooling: [Int8Convolution]] = [:]

  /// Quantizes layers.
  ///
  /// Channels are balanced (`ChannelBalance`), then layer by layer the weights are rounded and the
  /// biases corrected, so that the mean of every channel over the calibration images is the float
  /// network's, with the layers before quantized (Nagel et al., arXiv 1906.04721, section 4.2, with
  /// measured means).
  ///
  /// - Parameters:
  ///   - layers: conv1_1 and on, at least one.
  ///   - network: the network that they are of.
  ///   - images: at least one; activation scales come from all of them, and so does the rounding.
  ///   - means: at least one, small; biases are corrected on these.
  ///   - granularity: how many weights share a scale.
  ///   - rounding: how weights become multiples of their scales.
  ///   - pool: the threads.
  ///   - progress: called with the share that is done.
  /// - Throws: `QuantizeError`; `MemoryError` where the system refuses memory for an image.
  package init(
    _ layers: [Float32Convolution], of network: NetworkTable, images: [ImageTensor],
    means: [ImageTensor], granularity: Granularity = .channel, rounding: Rounding = .nearest,
    pool: WorkerPool, progress: (Double) -> Void = { _ in }
  ) throws {
    precondition(!images.isEmpty && !means.isEmpty && !layers.isEmpty)
    self.network = network
    // Reading the images is about as much work as quantizing some layers to the nearest.
    let early = rounding == .nearest ? 0.6 : 0.1
    var wanted: [[ActivationStatistics<Float32Arithmetic>.Layer]] = []
    var maxima: [[[Float]]] = []
    for pooling in Pooling.allCases {
      let float = try Float32Arithmetic(layers, of: network, pooling: pooling)
      maxima.append(
        try Self.statistics(float, layers: layers.indices, images: images, pool: pool)
          .map(\.largest))
      wanted.append(try Self.statistics(float, layers: layers.indices, images: means, pool: pool))
      progress(early * Double(wanted.count) / Double(Pooling.allCases.count))
    }
    let balance = ChannelBalance(maxima)
    let balanced = balance.balanced(layers, of: network)
    var networks = Pooling.allCases.map {
      Int8Arithmetic(Int8Layers(network, copies: .forward), pooling: $0)
    }
    for index in layers.indices {
      let layer = network.convolutions[index]
      weights.append(
        quantize(
          balanced[index].weights, outputChannels: layer.outputChannels, granularity: granularity))
      if rounding == .reconstruct {
        weights[index].values = try Self.reconstruct(
          balanced[index].weights, scales: weights[index].scales, layer: layer, images: images,
          networks: networks, pool: pool)
      }
      for (place, pooling) in Pooling.allCases.enumerated() {
        let channels = balance.scales[index]
        let largest = zip(maxima[place][index], channels).reduce(0) { max($0, $1.0 / $1.1) }
        let convolution = Int8Convolution(
          weights: weights[index].values, weightScale: weights[index].scales, bias: [],
          outputScale: max(largest * Int8Convolution.headroom / 255, 0x1p-30),
          channelScale: channels)
        let corrected = try Self.corrected(
          convolution, bias: balanced[index].bias, network: networks[place],
          inputScale: convolutions[pooling]?.last?.outputScale ?? 1.0 / 64, images: means,
          wanted: wanted[place][index], pool: pool)
        networks[place] = try networks[place].appending(corrected)
        convolutions[pooling, default: []].append(corrected)
      }
      progress(early + (1 - early) * Double(index + 1) / Double(layers.count))
    }
  }

  private static func reconstruct(
    _ weights: [Float], scales: [Float], layer: NetworkTable.Convolution, images: [ImageTensor],
    networks: [Int8Arithmetic], pool: WorkerPool
  ) throws -> [Int8] {
    let gram = try PatchGram(layer: layer, pool: pool)
    for network in networks {
      for image in images { try gram.add(image, through: network) }
    }
    return try Reconstruction(gram, pool: pool).round(weights, scales: scales)
  }

  /// A convolution with its bias, corrected on images by what `network`, the layers before, makes of them.
  private static func corrected(
    _ source: Int8Convolution, bias: [Float], network: Int8Arithmetic, inputScale: Float,
    images: [ImageTensor], wanted: ActivationStatistics<Float32Arithmetic>.Layer,
    pool: WorkerPool
  ) throws -> Int8Convolution {
    let layer = network.layerCount
    let name = network.network.convolutions[layer].name
    var (convolution, bias) = (source, bias)
    convolution.bias = try units(
      bias, inputScale: inputScale, scales: source.weightScale, layer: name)
    let measured = try statistics(
      try network.appending(convolution), layers: layer..<layer + 1, images: images, pool: pool)
    correct(
      &bias, measured: measured[layer], wanted: wanted, channelScale: source.channelScale)
    convolution.bias = try units(
      bias, inputScale: inputScale, scales: source.weightScale, layer: name)
    return convolution
  }

  /// Moves biases by the difference of the means; a bias acts only where the ReLU is open.
  private static func correct<Measured, Wanted>(
    _ bias: inout [Float], measured: ActivationStatistics<Measured>.Layer,
    wanted: ActivationStatistics<Wanted>.Layer, channelScale: [Float]
  ) {
    for c in bias.indices {
      let difference = wanted.sums[c] - measured.sums[c]
      let open = max(wanted.positives[c], wanted.positions / 10)
      bias[c] += Float(difference / Double(open)) / channelScale[c]
    }
  }

  private static func units(
    _ bias: [Float], inputScale: Float, scales: [Float], layer: LayerName
  ) throws -> [Int32] {
    try zip(bias, scales).map { value, scale in
      guard let rounded = quantizeBias(value, inputScale: inputScale, weightScale: scale) else {
        throw QuantizeError.largeBias(layer)
      }
      return rounded
    }
  }

  private static func statistics<Numbers: Arithmetic>(
    _ numbers: Numbers, layers: Range<Int>, images: [ImageTensor], pool: WorkerPool
  ) throws -> [ActivationStatistics<Numbers>.Layer] {
    let statistics = ActivationStatistics(numbers, layers: layers)
    for image in images { try statistics.add(image, pool: pool) }
    return statistics.layers
  }

  /// The file's tensors.
  package var tensors: [OutputTensor] {
    weights.indices.flatMap { index in
      let layers = Pooling.allCases.compactMap { convolutions[$0]?[index] }
      let parts = WeightFile.parts(
        .int8, network.convolutions[index], version: WeightFile.Kind.int8.version)
      return [
        OutputTensor(parts[0], weights[index].values),
        OutputTensor(parts[1], weights[index].scales),
        OutputTensor(parts[2], layers[0].bias), OutputTensor(parts[3], layers[1].bias),
        OutputTensor(parts[4], layers.map(\.outputScale)),
        OutputTensor(parts[5], layers[0].channelScale),
      ]
    }
  }
}

/// The reason why a network can not be quantized.
package enum QuantizeError: Error, Equatable, CustomStringConvertible {
  /// A bias is beyond 2^30 units: the weights can not be a trained network's.
  case largeBias(LayerName)
  /// The system refused memory for a calibration image.
  case memory(MemoryError)

  /// The rest of a sentence that starts with the path: what is wrong and what to do about it.
  package var description: String {
    switch self {
    case .largeBias(let layer):
      "has a bias in \(layer) that no activation scale fits; it is no trained network"
    case .memory(.refused(let bytes)):
      "cannot be calibrated: \(bytes >> 20) MiB of memory are refused; use smaller images"
    }
  }
}
