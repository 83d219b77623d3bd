internal import CQuantKernels

/// The fixed-point engine: UInt8 activations, Int8 weights with a scale per output channel, Int8
/// gradients with a scale per pixel, exact Int32 sums (ARCHITECTURE.md, the numeric contract).
public final class Int8Arithmetic: Arithmetic {
  /// Gradients are stored as h + 128.
  public static let zeroGradient: UInt8 = 128

  /// The network that the layers are of.
  public let network: NetworkTable
  /// How the blocks are connected; the activation scales were chosen for it.
  public let pooling: Pooling
  /// The instruction set whose kernels compute.
  public let instructionSet: InstructionSet
  /// Which copies of the weights are kept.
  public let copies: WeightCopies
  private let kernels: qv_kernels
  private var layers: [PackedInt8Convolution] = []
  private var inputScale = 1 / FixedPoint.imageUnitsPerLevel

  /// An engine without layers, for `append`.
  ///
  /// - Parameters:
  ///   - network: the network that the layers are of.
  ///   - pooling: the pooling that biases and activation scales belong to.
  ///   - kernels: the instruction set that computes.
  ///   - copies: which copies of the weights are kept.
  public init(
    _ network: NetworkTable, pooling: Pooling, kernels: KernelTable = KernelTable(),
    copies: WeightCopies = .both
  ) {
    self.network = network
    self.pooling = pooling
    self.kernels = kernels.entries
    self.copies = copies
    instructionSet = kernels.instructionSet
    layers.reserveCapacity(network.convolutions.count)
  }

  /// Packs convolutions, conv1_1 and on.
  public convenience init(
    _ convolutions: [Int8Convolution], of network: NetworkTable, pooling: Pooling,
    kernels: KernelTable = KernelTable(), copies: WeightCopies = .both
  ) {
    self.init(network, pooling: pooling, kernels: kernels, copies: copies)
    for convolution in convolutions { append(convolution) }
  }

  /// Packs the next convolution in the order of `network.convolutions`.
  public func append(_ convolution: Int8Convolution) {
    layers.append(
      PackedInt8Convolution(
        convolution, shape: network.convolutions[layers.count], inputScale: inputScale,
        copies: copies, kernels: kernels))
    inputScale = convolution.outputScale
  }

  /// Removes the last convolution.
  public func removeLast() {
    layers.removeLast()
    inputScale = layers.last?.outputScale ?? 1 / FixedPoint.imageUnitsPerLevel
  }

  /// Bytes of packed layers.
  public static func packedBytes(
    _ layers: [NetworkTable.Convolution], copies: WeightCopies
  ) -> Int {
    layers.reduce(0) {
      $0 + PackedInt8Convolution.bytes($1, copies: copies)
    }
  }

  /// Bytes of a worker's scratch for `pairPanel` and `backwardPanel`.
  public static func panelScratchBytes(
    _ layers: [NetworkTable.Convolution], copies: WeightCopies, _ set: InstructionSet
  ) -> Int {
    let hasPairs = convolvesPairs(set)
    return layers.reduce(0) { largest, layer in
      let pair = hasPairs ? PackedInt8Convolution.pairPanelBytes(layer) : 0
      let backward = copies == .forward ? PackedInt8Convolution.panelBytes(layer) : 0
      return max(largest, pair, backward)
    }
  }

  /// Layers that weights were given for: conv1_1 and on.
  public var layerCount: Int { layers.count }

  /// The value of activation 1 of a layer, before the channel's scale.
  public func activationScale(layer: Int) -> Float { layers[layer].outputScale }

  /// `[channels]` the factors from there to real units; nil where all are 1.
  public func channelScale(layer: Int) -> UnsafePointer<Float>? {
    layers[layer].channelScale.map { UnsafePointer($0) }
  }

  /// An activation as a number in units of `activationScale`.
  public static func number(_ activation: UInt8) -> Float { Float(activation) }

  /// 32-bit words of a pixel's ReLU mask; 0 where activations tell the mask.
  public static func maskWords(channels: Int) -> Int { channels / PackedInt8Convolution.panel }

  // MARK: Forward

  /// Converts a row of the image, `[width][3]` RGB minus mean, to `[width][4]`.
  public func quantizeImage(
    _ row: UnsafePointer<Float>, into out: UnsafeMutablePointer<Int16>, width: Int
  ) {
    var call = qv_f32_quantize_image(row: row, out: out, width: Int32(width))
    kernels.f32_quantize_image(&call)
  }

  /// Computes one panel of a row of conv1_1 from padded image rows; `out` is `[width][channels]`,
  /// `mask` `[width][maskWords]`.
  public func convolveImage(
    _ rows: RowTriple<Int16>, panel: Int, into out: UnsafeMutablePointer<UInt8>,
    mask: UnsafeMutablePointer<UInt32>, width: Int
  ) {
    let layer = layers[0]
    let first = panel * PackedInt8Convolution.panel
    var call = qv_s16_conv_forward(
      rows: (rows.above, rows.middle, rows.below),
      weights: layer.imageWeights + panel * PackedInt8Convolution.imagePanelCount,
      bias: layer.bias + first, multiplier: layer.multiplier + first, out: out + first,
      mask: mask + panel, width: Int32(width), out_stride: Int32(layer.outputChannels),
      mask_stride: Int32(Self.maskWords(channels: layer.outputChannels)))
    kernels.s16_conv_forward(&call)
  }

  /// Computes one panel of a row of any other convolution from padded activation rows.
  public func convolve(
    _ rows: RowTriple<UInt8>, layer index: Int, panel: Int,
    into out: UnsafeMutablePointer<UInt8>, mask: UnsafeMutablePointer<UInt32>, width: Int
  ) {
    let layer = layers[index]
    let first = panel * PackedInt8Convolution.panel
    var call = qv_u8_conv_forward(
      rows: (rows.above, rows.middle, rows.below),
      weights: layer.forwardWeights + first * 9 * layer.inputChannels,
      weight_sums: layer.forwardSums + first, bias: layer.bias + first,
      multiplier: layer.multiplier + first, out: out + first, mask: mask + panel,
      width: Int32(width), channels: Int32(layer.inputChannels),
      out_stride: Int32(layer.outputChannels),
      mask_stride: Int32(Self.maskWords(channels: layer.outputChannels)))
    kernels.u8_conv_forward(&call)
  }

  /// Whether an instruction set's `convolvePair` makes two rows faster than `convolve` makes each.
  public static func convolvesPairs(_ set: InstructionSet) -> Bool {
    KernelTable(set).entries.u8_conv_winograd != nil
  }

  /// The weights of one panel for `convolvePair`, valid as long as `scratch`.
  public func pairPanel(
    layer index: Int, panel: Int, scratch: UnsafeMutableRawPointer
  ) -> UnsafeRawPointer {
    let layer = layers[index]
    var call = qv_s8_winograd(
      weights: layer.forwardWeights + panel * PackedInt8Convolution.panel * 9 * layer.inputChannels,
      out: scratch.assumingMemoryBound(to: Int16.self), channels: Int32(layer.inputChannels))
    kernels.s8_winograd?(&call)
    return UnsafeRawPointer(scratch)
  }

  /// Computes one panel of two neighbouring rows, with the result that `convolve` has for each.
  public func convolvePair(
    _ rows: RowTriple<UInt8>, next: RowTriple<UInt8>, layer index: Int, panel: Int,
    weights: UnsafeRawPointer, into out: RowPair<UInt8>, masks: RowPair<UInt32>, width: Int
  ) {
    let layer = layers[index]
    let first = panel * PackedInt8Convolution.panel
    var call = qv_u8_conv_winograd(
      rows: (rows.above, rows.middle, rows.below, next.below),
      weights: weights.assumingMemoryBound(to: Int16.self), bias: layer.bias + first,
      multiplier: layer.multiplier + first, out: (out.first + first, out.second + first),
      mask: (masks.first + panel, masks.second + panel), width: Int32(width),
      channels: Int32(layer.inputChannels), out_stride: Int32(layer.outputChannels),
      mask_stride: Int32(Self.maskWords(channels: layer.outputChannels)))
    kernels.u8_conv_winograd?(&call)
  }

  /// Pools two rows of at least `2 * width` pixels into one of `width`.
  public func pool(
    top: UnsafePointer<UInt8>, bottom: UnsafePointer<UInt8>,
    into out: UnsafeMutablePointer<UInt8>, width: Int, channels: Int
  ) {
    var call = qv_u8_pool(
      top: top, bottom: bottom, out: out, width: Int32(width), channels: Int32(channels))
    switch pooling {
    case .average: kernels.u8_pool_average(&call)
    case .maximum: kernels.u8_pool_max(&call)
    }
  }

  // MARK: Backward

  /// The weights of one panel of a layer's transposed convolution, valid as long as `scratch`.
  public func backwardPanel(
    layer index: Int, panel: Int, scratch: UnsafeMutableRawPointer
  ) -> UnsafeRawPointer {
    UnsafeRawPointer(layers[index].backwardPanel(panel, scratch: scratch))
  }

  /// Computes one panel of dJ/d(input row) of a convolution from padded stored gradient rows and
  /// their pixels' scales; pixel `x`, channel `n` goes to `out[x * stride + n]`.
  public func convolveBackward(
    _ gradients: RowTriple<UInt8>, scales: RowTriple<Float>, layer index: Int, panel: Int,
    weights: UnsafeRawPointer, into out: UnsafeMutablePointer<Float>, stride: Int, width: Int
  ) {
    let layer = layers[index]
    let first = panel * PackedInt8Convolution.panel
    var call = qv_u8_conv_backward(
      rows: (gradients.above, gradients.middle, gradients.below),
      scales: (scales.above, scales.middle, scales.below),
      weights: weights.assumingMemoryBound(to: Int8.self),
      weight_sums: layer.backwardSums + first * 9, out: out + first, width: Int32(width),
      channels: Int32(layer.outputChannels), out_stride: Int32(stride))
    kernels.u8_conv_backward(&call)
  }

  /// Adjoint of `pool` for one row of a window: from `[width / 2][channels]` to `[width][channels]`.
  public func unpool(
    _ gradient: UnsafePointer<Float>, top: UnsafePointer<UInt8>, bottom: UnsafePointer<UInt8>,
    isBottom: Bool, into out: UnsafeMutablePointer<Float>, width: Int, channels: Int
  ) {
    switch pooling {
    case .average:
      var call = qv_f32_unpool_average(
        gradient: gradient, out: out, width: Int32(width), channels: Int32(channels))
      kernels.f32_unpool_average(&call)
    case .maximum:
      var call = qv_u8_unpool_max(
        top: top, bottom: bottom, gradient: gradient, out: out, width: Int32(width),
        channels: Int32(channels), is_bottom: isBottom ? 1 : 0)
      kernels.u8_unpool_max(&call)
    }
  }

  /// Applies the ReLU's mask to dJ/dA and stores the row as `convolveBackward` reads it.
  public func storeGradient(
    _ gradient: UnsafePointer<Float>, activations: UnsafePointer<UInt8>,
    mask: UnsafePointer<UInt32>, layer index: Int,
    into out: UnsafeMutablePointer<UInt8>, scales: UnsafeMutablePointer<Float>, width: Int
  ) {
    let layer = layers[index]
    var call = qv_u8_quantize_gradient(
      gradient: gradient, mask: mask, weight_scale: layer.weightScale, out: out,
      scales: scales, width: Int32(width), channels: Int32(layer.outputChannels))
    kernels.u8_quantize_gradient(&call)
  }

  // MARK: Losses

  /// Bytes that `prepareGram` writes for a row.
  public static func gramScratchBytes(width: Int, channels: Int) -> Int {
    (width + 3) / 4 * 4 * channels
  }

  /// Lays a row out for `addGram`, where the arithmetic needs that.
  public func prepareGram(
    _ row: UnsafePointer<UInt8>, into scratch: UnsafeMutableRawPointer, width: Int, channels: Int
  ) {
    var call = qv_u8_interleave(
      row: row, out: scratch.assumingMemoryBound(to: UInt8.self), width: Int32(width),
      channels: Int32(channels))
    kernels.u8_interleave(&call)
  }

  /// Adds a row's share of 8 rows x 32 columns of the Gram matrix `[channels][channels]`.
  public func addGram(
    _ row: UnsafePointer<UInt8>, scratch: UnsafeRawPointer, width: Int, channels: Int, first: Int,
    panel: Int, into sums: UnsafeMutablePointer<Int64>
  ) {
    let column = panel * PackedInt8Convolution.panel
    var call = qv_u8_gram(
      positions: scratch.assumingMemoryBound(to: UInt8.self),
      sums: sums + first * channels + column, groups: Int32((width + 3) / 4),
      channels: Int32(channels), first: Int32(first), panel: Int32(column))
    kernels.u8_gram(&call)
  }

  /// Bytes of a packed style matrix, see `packStyleRow`.
  public static func styleMatrixBytes(channels: Int) -> Int {
    PackedStyleMatrix(channels: channels).bytes
  }

  /// Packs row `n` (which is column `n`) of a symmetric `[channels][channels]` matrix that turns
  /// activations into the style gradient.
  public func packStyleRow(
    _ values: UnsafePointer<Float>, row n: Int, channels: Int,
    into matrix: UnsafeMutableRawPointer
  ) {
    PackedStyleMatrix(channels: channels).pack(values, row: n, into: matrix)
  }

  /// Adds one panel of the style gradient of a row to `gradient`, `[width][channels]`.
  public func addStyleGradient(
    _ row: UnsafePointer<UInt8>, matrix: UnsafeRawPointer, panel: Int,
    into gradient: UnsafeMutablePointer<Float>, width: Int, channels: Int
  ) {
    let layout = PackedStyleMatrix(channels: channels)
    let first = panel * PackedInt8Convolution.panel
    var call = qv_u8_style_gradient(
      row: row, high: layout.high(matrix) + first * channels,
      low: layout.low(matrix) + first * channels, high_sums: layout.highSums(matrix) + first,
      low_sums: layout.lowSums(matrix) + first, scale: layout.scale(matrix) + first,
      out: gradient + first, width: Int32(width), channels: Int32(channels),
      out_stride: Int32(channels))
    kernels.u8_style_gradient(&call)
  }

  /// The sum of squared differences of two rows in activation units, times the squares of the channels'
  /// scales; exact within a channel.
  public func squaredDifference(
    _ row: UnsafePointer<UInt8>, _ target: UnsafePointer<UInt8>, layer: Int, count: Int
  ) -> Double {
    guard let scales = channelScale(layer: layer) else {
      var call = qv_u8_squared_difference(row: row, target: target, count: Int64(count))
      return Double(kernels.u8_squared_difference(&call))
    }
    let channels = layers[layer].outputChannels
    return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: channels) { buffer in
      guard let sums = buffer.baseAddress else { return 0 }
      for c in 0..<channels { sums[c] = 0 }
      for first in stride(from: 0, to: count, by: channels) {
        let (row, target) = (row + first, target + first)
        for c in 0..<channels {
          // 255^2 times the columns of any image is below 2^32.
          let difference = Int32(row[c]) &- Int32(target[c])
          sums[c] &+= UInt32(bitPattern: difference &* difference)
        }
      }
      var sum = 0.0
      for c in 0..<channels { sum += Double(scales[c]) * Double(scales[c]) * Double(sums[c]) }
      return sum
    }
  }

  /// Adds `factor * (row - target)`, times the squares of the channels' scales, to `gradient`.
  public func addContentGradient(
    _ row: UnsafePointer<UInt8>, _ target: UnsafePointer<UInt8>, layer: Int, factor: Float,
    into gradient: UnsafeMutablePointer<Float>, count: Int
  ) {
    guard let scales = channelScale(layer: layer) else {
      var call = qv_u8_content_gradient(
        row: row, target: target, out: gradient, factor: factor, count: Int64(count))
      kernels.u8_content_gradient(&call)
      return
    }
    let channels = layers[layer].outputChannels
    for first in stride(from: 0, to: count, by: channels) {
      for c in 0..<channels {
        let difference = Float(Int32(row[first + c]) &- Int32(target[first + c]))
        gradient[first + c] = gradient[first + c].addingProduct(
          factor * scales[c] * scales[c], difference)
      }
    }
  }
}
