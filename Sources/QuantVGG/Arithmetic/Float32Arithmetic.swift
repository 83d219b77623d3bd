internal import CQuantKernels

/// Single precision, the reference that the fixed-point engine is compared with.
///
/// Sums run in one fixed order with fused multiply-adds, and vector lanes are channels, so this
/// arithmetic too gives the same bits on every machine.
public final class Float32Arithmetic: Arithmetic {
  /// The value that stands for gradient zero in stored rows.
  public static let zeroGradient: Float = 0

  /// The network that the layers are of.
  public let network: NetworkTable
  /// How the blocks are connected.
  public let pooling: Pooling
  /// The instruction set whose kernels compute.
  public let instructionSet: InstructionSet
  private let kernels: qv_kernels
  private var layers: [PackedFloat32Convolution] = []

  /// A reference without layers, for `append`.
  public init(
    _ network: NetworkTable, pooling: Pooling, kernels: KernelTable = KernelTable()
  ) {
    self.network = network
    self.pooling = pooling
    self.kernels = kernels.entries
    instructionSet = kernels.instructionSet
    layers.reserveCapacity(network.convolutions.count)
  }

  /// Packs convolutions, conv1_1 and on.
  public convenience init(
    _ convolutions: [Float32Convolution], of network: NetworkTable, pooling: Pooling,
    kernels: KernelTable = KernelTable()
  ) {
    self.init(network, pooling: pooling, kernels: kernels)
    for convolution in convolutions { append(convolution) }
  }

  /// Packs the next convolution in the order of `network.convolutions`.
  public func append(_ convolution: Float32Convolution) {
    layers.append(
      PackedFloat32Convolution(convolution, shape: network.convolutions[layers.count]))
  }

  /// Both copies of the weights, always.
  public var copies: WeightCopies { .both }

  /// Bytes of packed layers.
  public static func packedBytes(
    _ layers: [NetworkTable.Convolution], copies: WeightCopies
  ) -> Int {
    layers.reduce(0) { $0 + PackedFloat32Convolution.bytes($1) }
  }

  /// Nothing: the panels are kept.
  public static func panelScratchBytes(
    _ layers: [NetworkTable.Convolution], copies: WeightCopies, _ set: InstructionSet
  ) -> Int { 0 }

  /// Layers that weights were given for: conv1_1 and on.
  public var layerCount: Int { layers.count }

  /// Activations are real values.
  public func activationScale(layer: Int) -> Float { 1 }

  /// Activations are real values.
  public func channelScale(layer: Int) -> UnsafePointer<Float>? { nil }

  /// The activation.
  public static func number(_ activation: Float) -> Float { activation }

  /// 32-bit words of a pixel's ReLU mask; 0 where activations tell the mask.
  public static func maskWords(channels: Int) -> Int { 0 }

  // MARK: Forward

  /// Converts a row of the image, `[width][3]` RGB minus mean, to `[width][4]`.
  public func quantizeImage(
    _ row: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>, width: Int
  ) {
    for x in 0..<width {
      for c in 0..<3 { out[4 * x + c] = row[3 * x + c] }
      out[4 * x + 3] = 0
    }
  }

  /// Computes one panel of a row of conv1_1 from padded image rows; `out` is `[width][channels]`,
  /// `mask` `[width][maskWords]`.
  public func convolveImage(
    _ rows: RowTriple<Float>, panel: Int, into out: UnsafeMutablePointer<Float>,
    mask: UnsafeMutablePointer<UInt32>, width: Int
  ) {
    convolve(rows, layer: 0, panel: panel, into: out, mask: mask, width: width)
  }

  /// Computes one panel of a row of any other convolution from padded activation rows.
  public func convolve(
    _ rows: RowTriple<Float>, layer index: Int, panel: Int,
    into out: UnsafeMutablePointer<Float>, mask: UnsafeMutablePointer<UInt32>, width: Int
  ) {
    let layer = layers[index]
    let first = panel * PackedFloat32Convolution.panel
    let length = 3 * layer.pixelStride
    var call = qv_f32_dot(
      rows: (rows.above, rows.middle, rows.below),
      weights: layer.forwardWeights + first * 3 * length, start: layer.bias + first,
      out: out + first, row_count: 3, length: Int32(length),
      pixel_stride: Int32(layer.pixelStride), width: Int32(width),
      out_stride: Int32(layer.outputChannels), relu: 1, accumulate: 0)
    kernels.f32_dot(&call)
  }

  /// Pools two rows of at least `2 * width` pixels into one of `width`.
  public func pool(
    top: UnsafePointer<Float>, bottom: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>,
    width: Int, channels: Int
  ) {
    for x in 0..<width {
      for c in 0..<channels {
        let left = 2 * x * channels + c
        let right = left + channels
        switch pooling {
        case .average:
          out[x * channels + c] = 0.25 * ((top[left] + top[right]) + (bottom[left] + bottom[right]))
        case .maximum:
          let upper = top[left] > top[right] ? top[left] : top[right]
          let lower = bottom[left] > bottom[right] ? bottom[left] : bottom[right]
          out[x * channels + c] = upper > lower ? upper : lower
        }
      }
    }
  }

  // MARK: Backward

  /// The weights of one panel of a layer's transposed convolution.
  public func backwardPanel(
    layer index: Int, panel: Int, scratch: UnsafeMutableRawPointer
  ) -> UnsafeRawPointer {
    let layer = layers[index]
    let count = PackedFloat32Convolution.panel * 9 * layer.outputChannels
    return UnsafeRawPointer(layer.backwardWeights + panel * count)
  }

  /// Computes one panel of dJ/d(input row) of a convolution from padded stored gradient rows and
  /// their pixels' scales; pixel `x`, channel `n` goes to `out[x * stride + n]`.
  public func convolveBackward(
    _ gradients: RowTriple<Float>, scales: RowTriple<Float>, layer index: Int, panel: Int,
    weights: UnsafeRawPointer, into out: UnsafeMutablePointer<Float>, stride: Int, width: Int
  ) {
    let layer = layers[index]
    let first = panel * PackedFloat32Convolution.panel
    let length = 3 * layer.outputChannels
    var call = qv_f32_dot(
      rows: (gradients.above, gradients.middle, gradients.below),
      weights: weights.assumingMemoryBound(to: Float.self), start: layer.zeros, out: out + first,
      row_count: 3, length: Int32(length), pixel_stride: Int32(layer.outputChannels),
      width: Int32(width), out_stride: Int32(stride), relu: 0, accumulate: 0)
    kernels.f32_dot(&call)
  }

  /// Adjoint of `pool` for one row of a window: from `[width / 2][channels]` to `[width][channels]`.
  public func unpool(
    _ gradient: UnsafePointer<Float>, top: UnsafePointer<Float>, bottom: UnsafePointer<Float>,
    isBottom: Bool, into out: UnsafeMutablePointer<Float>, width: Int, channels: Int
  ) {
    if pooling == .average {
      var call = qv_f32_unpool_average(
        gradient: gradient, out: out, width: Int32(width), channels: Int32(channels))
      kernels.f32_unpool_average(&call)
      return
    }
    for x in 0..<width {
      for c in 0..<channels {
        guard x / 2 < width / 2 else {
          out[x * channels + c] = 0
          continue
        }
        let left = (x & ~1) * channels + c
        let right = left + channels
        let window: [4 of Float] = [top[left], top[right], bottom[left], bottom[right]]
        var winner = 0
        for i in 1..<4 where window[i] > window[winner] { winner = i }
        let mine = (isBottom ? 2 : 0) + (x & 1)
        out[x * channels + c] = winner == mine ? gradient[x / 2 * channels + c] : 0
      }
    }
  }

  /// Applies the ReLU's mask to dJ/dA and stores the row as `convolveBackward` reads it.
  public func storeGradient(
    _ gradient: UnsafePointer<Float>, activations: UnsafePointer<Float>,
    mask: UnsafePointer<UInt32>, layer: Int,
    into out: UnsafeMutablePointer<Float>, scales: UnsafeMutablePointer<Float>, width: Int
  ) {
    for i in 0..<width * layers[layer].outputChannels {
      out[i] = activations[i] > 0 ? gradient[i] : 0
    }
  }

  // MARK: Losses

  /// Bytes that `prepareGram` writes for a row.
  public static func gramScratchBytes(width: Int, channels: Int) -> Int { 0 }

  /// Lays a row out for `addGram`, where the arithmetic needs that.
  public func prepareGram(
    _ row: UnsafePointer<Float>, into scratch: UnsafeMutableRawPointer, width: Int, channels: Int
  ) {}

  /// Adds a row's share of 8 rows x 32 columns of the Gram matrix `[channels][channels]`.
  public func addGram(
    _ row: UnsafePointer<Float>, scratch: UnsafeRawPointer, width: Int, channels: Int, first: Int,
    panel: Int, into sums: UnsafeMutablePointer<Double>
  ) {
    let column = panel * PackedFloat32Convolution.panel
    var call = qv_f32_gram(
      row: row, sums: sums + first * channels + column, width: Int32(width),
      channels: Int32(channels), first: Int32(first), panel: Int32(column))
    kernels.f32_gram(&call)
  }

  /// Bytes of a packed style matrix, see `packStyleRow`.
  public static func styleMatrixBytes(channels: Int) -> Int { 4 * channels * channels }

  /// Packs row `n` (which is column `n`) of a symmetric `[channels][channels]` matrix that turns
  /// activations into the style gradient.
  public func packStyleRow(
    _ values: UnsafePointer<Float>, row n: Int, channels: Int,
    into matrix: UnsafeMutableRawPointer
  ) {
    let panel = PackedFloat32Convolution.panel
    let weights = matrix.assumingMemoryBound(to: Float.self)
    for k in 0..<channels {
      weights[(n / panel * channels + k) * panel + n % panel] = values[k]
    }
  }

  /// Adds one panel of the style gradient of a row to `gradient`, `[width][channels]`.
  public func addStyleGradient(
    _ row: UnsafePointer<Float>, matrix: UnsafeRawPointer, panel: Int,
    into gradient: UnsafeMutablePointer<Float>, width: Int, channels: Int
  ) {
    let first = panel * PackedFloat32Convolution.panel
    var call = qv_f32_dot(
      rows: (row, row, row),
      weights: matrix.assumingMemoryBound(to: Float.self) + first * channels,
      start: layers[0].zeros, out: gradient + first, row_count: 1, length: Int32(channels),
      pixel_stride: Int32(channels), width: Int32(width), out_stride: Int32(channels), relu: 0,
      accumulate: 1)
    kernels.f32_dot(&call)
  }

  /// The sum of squared differences of two rows in activation units, exact for integers.
  public func squaredDifference(
    _ row: UnsafePointer<Float>, _ target: UnsafePointer<Float>, layer: Int, count: Int
  ) -> Double {
    var sum = 0.0
    for i in 0..<count {
      let difference = Double(row[i] - target[i])
      sum += difference * difference
    }
    return sum
  }

  /// Adds `factor * (row - target)` to `gradient`.
  public func addContentGradient(
    _ row: UnsafePointer<Float>, _ target: UnsafePointer<Float>, layer: Int, factor: Float,
    into gradient: UnsafeMutablePointer<Float>, count: Int
  ) {
    for i in 0..<count {
      gradient[i] += factor * (row[i] - target[i])
    }
  }
}
