internal import CQuantKernels

/// The fixed-point engine: UInt8 activations, Int8 weights with a scale per output channel, Int8
/// gradients with a scale per pixel, exact Int32 sums (ARCHITECTURE.md, the numeric contract).
public final class Int8Arithmetic: Arithmetic {
  /// Gradients are stored as h + 128.
  public static let zeroGradient: UInt8 = 128

  /// How the blocks are connected; the activation scales were chosen for it.
  public let pooling: Pooling
  private let kernels: qv_kernels
  private let layers: [PackedInt8Convolution]
  /// The instruction set whose kernels compute.
  public let instructionSet: InstructionSet

  /// Packs the convolutions conv1_1 and on.
  ///
  /// - Parameters:
  ///   - convolutions: at least one, in the order of `VGG19.convolutions`.
  ///   - pooling: the pooling that biases and activation scales belong to.
  public init(
    _ convolutions: [Int8Convolution], pooling: Pooling, kernels: KernelTable = KernelTable()
  ) {
    self.pooling = pooling
    self.kernels = kernels.entries
    instructionSet = kernels.instructionSet
    var packed: [PackedInt8Convolution] = []
    var inputScale = 1 / FixedPoint.imageUnitsPerLevel
    for (layer, convolution) in zip(VGG19.convolutions, convolutions) {
      packed.append(
        PackedInt8Convolution(convolution, shape: layer, inputScale: inputScale))
      inputScale = convolution.outputScale
    }
    layers = packed
  }

  public var layerCount: Int { layers.count }

  public func activationScale(layer: Int) -> Float { layers[layer].outputScale }

  public static func maskWords(channels: Int) -> Int { channels / PackedInt8Convolution.panel }

  // MARK: Forward

  public func quantizeImage(
    _ row: UnsafePointer<Float>, into out: UnsafeMutablePointer<Int16>, width: Int
  ) {
    var call = qv_f32_quantize_image(row: row, out: out, width: Int32(width))
    kernels.f32_quantize_image(&call)
  }

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

  public func convolveBackward(
    _ gradients: RowTriple<UInt8>, scales: RowTriple<Float>, layer index: Int, panel: Int,
    into out: UnsafeMutablePointer<Float>, stride: Int, width: Int
  ) {
    let layer = layers[index]
    let first = panel * PackedInt8Convolution.panel
    var call = qv_u8_conv_backward(
      rows: (gradients.above, gradients.middle, gradients.below),
      scales: (scales.above, scales.middle, scales.below),
      weights: layer.backwardWeights + first * 9 * layer.outputChannels,
      weight_sums: layer.backwardSums + first * 9, out: out + first, width: Int32(width),
      channels: Int32(layer.outputChannels), out_stride: Int32(stride))
    kernels.u8_conv_backward(&call)
  }

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

  public static func gramScratchBytes(width: Int, channels: Int) -> Int {
    (width + 3) / 4 * 4 * channels
  }

  public func prepareGram(
    _ row: UnsafePointer<UInt8>, into scratch: UnsafeMutableRawPointer, width: Int, channels: Int
  ) {
    var call = qv_u8_interleave(
      row: row, out: scratch.assumingMemoryBound(to: UInt8.self), width: Int32(width),
      channels: Int32(channels))
    kernels.u8_interleave(&call)
  }

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

  public static func value(_ sum: Int64) -> Double { Double(sum) }

  public static func styleMatrixBytes(channels: Int) -> Int {
    PackedStyleMatrix(channels: channels).bytes
  }

  public func packStyleRow(
    _ values: UnsafePointer<Float>, row n: Int, channels: Int,
    into matrix: UnsafeMutableRawPointer
  ) {
    PackedStyleMatrix(channels: channels).pack(values, row: n, into: matrix)
  }

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

  public func squaredDifference(
    _ row: UnsafePointer<UInt8>, _ target: UnsafePointer<UInt8>, count: Int
  ) -> Double {
    var call = qv_u8_squared_difference(row: row, target: target, count: Int64(count))
    return Double(kernels.u8_squared_difference(&call))
  }

  public func addContentGradient(
    _ row: UnsafePointer<UInt8>, _ target: UnsafePointer<UInt8>, factor: Float,
    into gradient: UnsafeMutablePointer<Float>, count: Int
  ) {
    var call = qv_u8_content_gradient(
      row: row, target: target, out: gradient, factor: factor, count: Int64(count))
    kernels.u8_content_gradient(&call)
  }
}
