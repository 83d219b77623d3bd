internal import CQuantKernels

/// A convolution in the numeric contract's formats, as a weight file holds it.
public struct Int8Convolution {
  /// `[outputChannels][inputChannels][3][3]`, in -127...127.
  public var weights: [Int8]
  /// `[outputChannels]`: the real value of weight 1; finite and positive.
  public var weightScale: [Float]
  /// `[outputChannels]` in units of input scale * weight scale, |bias| <= 2^30.
  public var bias: [Int32]
  /// The value of activation 1 before `channelScale`; finite and positive.
  public var outputScale: Float
  /// `[outputChannels]`: the real value of a channel is `channelScale * outputScale * activation`.
  ///
  /// Finite and positive; empty where all are 1. The weights, their scales and the bias are those of
  /// the network whose channels are divided by these scales, of this layer and of the one before, so
  /// only losses read them.
  public var channelScale: [Float]

  /// A convolution from its parts.
  public init(
    weights: [Int8], weightScale: [Float], bias: [Int32], outputScale: Float,
    channelScale: [Float] = []
  ) {
    self.weights = weights
    self.weightScale = weightScale
    self.bias = bias
    self.outputScale = outputScale
    self.channelScale = channelScale
  }
}

/// Which copies of the weights are kept in memory; never changes a result.
public enum WeightCopies: Sendable {
  /// One for the way forward and one for the way back.
  case both
  /// One; a worker derives the way back's panel by panel as it needs them.
  case forward
}

/// A convolution's weights in the order in which the kernels read them.
///
/// ```
/// forward   [panel of 32 o][3 rows][3 taps][i / 4][32 o][4 i]     sum over input channels i
/// backward  [panel of 32 i][3 rows][3 taps][o / 4][32 i][4 o]     sum over output channels o, taps mirrored
/// conv1_1   [panel of 32 o][3 rows][6 pairs][32 o][2]             the 12 values R G B 0 of 3 taps, as Int16
/// ```
/// conv1_1's three input channels are one backward panel of which three columns are not zero.
final class PackedInt8Convolution {
  static let panel = Int(QV_PANEL)
  /// Int16 weights of one panel of conv1_1.
  static let imagePanelCount = 3 * 12 * panel

  /// Where the parts stand in one block of memory; every part starts at a cache line.
  private struct Layout {
    let image, forward, backward, forwardSums, backwardSums, bias, multiplier, weightScale: Int
    let channelScale: Int
    let bytes: Int

    init(_ shape: VGG19.Convolution, copies: WeightCopies) {
      let (inputs, outputs) = (shape.inputChannels, shape.outputChannels)
      let isImage = shape.index == 0
      let inputPanels = (inputs + panel - 1) / panel
      var plan = ArenaPlan()
      image = plan.reserve(isImage ? outputs / panel * imagePanelCount * 2 : 0)
      forward = plan.reserve(isImage ? 0 : outputs * inputs * 9)
      let keepsBackward = isImage || copies == .both
      backward = plan.reserve(keepsBackward ? inputPanels * panel * 9 * outputs : 0)
      forwardSums = plan.reserve(outputs * 4)
      backwardSums = plan.reserve(inputPanels * panel * 9 * 4)
      bias = plan.reserve(outputs * 4)
      multiplier = plan.reserve(outputs * 4)
      weightScale = plan.reserve(outputs * 4)
      channelScale = plan.reserve(outputs * 4)
      bytes = plan.bytes
    }
  }

  let inputChannels: Int
  let outputChannels: Int
  let outputScale: Float
  /// conv1_1 only; empty otherwise.
  let imageWeights: UnsafeMutablePointer<Int16>
  /// Empty for conv1_1.
  let forwardWeights: UnsafeMutablePointer<Int8>
  let forwardSums: UnsafeMutablePointer<Int32>
  /// Nil where it is derived from the forward weights.
  let backwardWeights: UnsafeMutablePointer<Int8>?
  let backwardSums: UnsafeMutablePointer<Int32>
  let bias: UnsafeMutablePointer<Int32>
  /// Input scale * weight scale / output scale.
  let multiplier: UnsafeMutablePointer<Float>
  let weightScale: UnsafeMutablePointer<Float>
  /// Nil where all are 1.
  let channelScale: UnsafeMutablePointer<Float>?
  private let memory: UnsafeMutableRawPointer
  private let kernels: qv_kernels

  init(
    _ source: Int8Convolution, shape: VGG19.Convolution, inputScale: Float, copies: WeightCopies,
    kernels: qv_kernels
  ) {
    let (inputs, outputs, panel) = (shape.inputChannels, shape.outputChannels, Self.panel)
    precondition(source.weights.count == outputs * inputs * 9 && outputs % panel == 0)
    precondition(source.bias.count == outputs && source.weightScale.count == outputs)
    precondition(source.channelScale.isEmpty || source.channelScale.count == outputs)
    inputChannels = inputs
    outputChannels = outputs
    outputScale = source.outputScale
    self.kernels = kernels
    let isImage = shape.index == 0
    precondition(isImage || inputs % panel == 0)

    let layout = Layout(shape, copies: copies)
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: layout.bytes, alignment: ArenaPlan.alignment)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: layout.bytes)
    self.memory = memory
    imageWeights = (memory + layout.image).assumingMemoryBound(to: Int16.self)
    forwardWeights = (memory + layout.forward).assumingMemoryBound(to: Int8.self)
    backwardWeights =
      isImage || copies == .both
      ? (memory + layout.backward).assumingMemoryBound(to: Int8.self) : nil
    forwardSums = (memory + layout.forwardSums).assumingMemoryBound(to: Int32.self)
    backwardSums = (memory + layout.backwardSums).assumingMemoryBound(to: Int32.self)
    bias = (memory + layout.bias).assumingMemoryBound(to: Int32.self)
    multiplier = (memory + layout.multiplier).assumingMemoryBound(to: Float.self)
    weightScale = (memory + layout.weightScale).assumingMemoryBound(to: Float.self)
    channelScale =
      source.channelScale.contains { $0 != 1 }
      ? (memory + layout.channelScale).assumingMemoryBound(to: Float.self) : nil

    for (o, scale) in source.channelScale.enumerated() { channelScale?[o] = scale }
    for o in 0..<outputs {
      bias[o] = source.bias[o]
      weightScale[o] = source.weightScale[o]
      multiplier[o] = inputScale * source.weightScale[o] / source.outputScale
    }
    source.weights.withUnsafeBufferPointer { weights in
      sumBackward(weights)
      if isImage {
        packImage(weights)
      } else {
        packForward(weights)
        guard let backwardWeights else { return }
        for panel in 0..<inputs / panel {
          derivePanel(panel, into: backwardWeights + panel * Self.panel * 9 * outputs)
        }
      }
    }
  }

  deinit {
    memory.deallocate()
  }

  /// Bytes of a layer.
  static func bytes(_ shape: VGG19.Convolution, copies: WeightCopies) -> Int {
    Layout(shape, copies: copies).bytes
  }

  /// Bytes of the largest backward panel of a layer.
  static func panelBytes(_ shape: VGG19.Convolution) -> Int { panel * 9 * shape.outputChannels }

  /// Bytes of a panel as `qv_s8_winograd` makes it.
  static func pairPanelBytes(_ shape: VGG19.Convolution) -> Int {
    let count = shape.index == 0 ? 0 : Int(qv_winograd_count(Int64(shape.inputChannels)))
    return count * MemoryLayout<Int16>.stride
  }

  /// One backward panel: the kept copy, or `scratch` with what is derived from the forward weights.
  func backwardPanel(
    _ panel: Int, scratch: UnsafeMutableRawPointer
  ) -> UnsafePointer<Int8> {
    if let backwardWeights {
      return UnsafePointer(backwardWeights + panel * Self.panel * 9 * outputChannels)
    }
    let out = scratch.assumingMemoryBound(to: Int8.self)
    derivePanel(panel, into: out)
    return UnsafePointer(out)
  }

  private func derivePanel(_ panel: Int, into out: UnsafeMutablePointer<Int8>) {
    var call = qv_s8_mirror_panel(
      forward: forwardWeights, out: out, inputs: Int32(inputChannels),
      outputs: Int32(outputChannels), panel: Int32(panel))
    kernels.s8_mirror_panel(&call)
  }

  private func packImage(_ weights: UnsafeBufferPointer<Int8>) {
    guard let backwardWeights else { return }
    for o in 0..<outputChannels {
      for i in 0..<3 {
        for tap in 0..<9 {
          let weight = weights[(o * 3 + i) * 9 + tap]
          let k = tap % 3 * 4 + i
          let pair = (o / Self.panel * 3 + tap / 3) * 6 + k / 2
          imageWeights[(pair * Self.panel + o % Self.panel) * 2 + k % 2] = Int16(weight)
          let group = (8 - tap) * (outputChannels / 4) + o / 4
          backwardWeights[(group * Self.panel + i) * 4 + o % 4] = weight
        }
      }
    }
  }

  private func packForward(_ weights: UnsafeBufferPointer<Int8>) {
    let groups = inputChannels / 4
    for o in 0..<outputChannels {
      var sum: Int32 = 0
      for i in 0..<inputChannels {
        let source = (o * inputChannels + i) * 9
        for tap in 0..<9 {
          let weight = weights[source + tap]
          let group = (o / Self.panel * 9 + tap) * groups + i / 4
          forwardWeights[(group * Self.panel + o % Self.panel) * 4 + i % 4] = weight
          sum += Int32(weight)
        }
      }
      forwardSums[o] = sum
    }
  }

  private func sumBackward(_ weights: UnsafeBufferPointer<Int8>) {
    for o in 0..<outputChannels {
      for i in 0..<inputChannels {
        let source = (o * inputChannels + i) * 9
        let sums = backwardSums + i / Self.panel * 9 * Self.panel + i % Self.panel
        for tap in 0..<9 { sums[tap * Self.panel] += Int32(weights[source + 8 - tap]) }
      }
    }
  }
}
