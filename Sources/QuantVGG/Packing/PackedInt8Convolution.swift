internal import CQuantKernels

/// A convolution in the numeric contract's formats, as a weight file holds it.
public struct Int8Convolution {
  /// `[outputChannels][inputChannels][3][3]`, in -127...127.
  public var weights: [Int8]
  /// `[outputChannels]`: the real value of weight 1; finite and positive.
  public var weightScale: [Float]
  /// `[outputChannels]` in units of input scale * weight scale, |bias| <= 2^30.
  public var bias: [Int32]
  /// The real value of activation 1; finite and positive.
  public var outputScale: Float

  /// A convolution from its parts.
  public init(weights: [Int8], weightScale: [Float], bias: [Int32], outputScale: Float) {
    self.weights = weights
    self.weightScale = weightScale
    self.bias = bias
    self.outputScale = outputScale
  }
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

  let inputChannels: Int
  let outputChannels: Int
  let outputScale: Float
  /// conv1_1 only; empty otherwise.
  let imageWeights: UnsafeMutablePointer<Int16>
  /// Empty for conv1_1.
  let forwardWeights: UnsafeMutablePointer<Int8>
  let forwardSums: UnsafeMutablePointer<Int32>
  let backwardWeights: UnsafeMutablePointer<Int8>
  let backwardSums: UnsafeMutablePointer<Int32>
  let bias: UnsafeMutablePointer<Int32>
  /// Input scale * weight scale / output scale.
  let multiplier: UnsafeMutablePointer<Float>
  let weightScale: UnsafeMutablePointer<Float>
  private let memory: UnsafeMutableRawPointer

  init(_ source: Int8Convolution, shape: VGG19.Convolution, inputScale: Float) {
    let (inputs, outputs, panel) = (shape.inputChannels, shape.outputChannels, Self.panel)
    precondition(source.weights.count == outputs * inputs * 9 && outputs % panel == 0)
    precondition(source.bias.count == outputs && source.weightScale.count == outputs)
    inputChannels = inputs
    outputChannels = outputs
    outputScale = source.outputScale
    let isImage = shape.index == 0
    let inputPanels = (inputs + panel - 1) / panel
    precondition(isImage || inputs % panel == 0)

    // One block; every part starts at a cache line.
    var plan = ArenaPlan()
    let imageOffset = plan.reserve(isImage ? outputs / panel * Self.imagePanelCount * 2 : 0)
    let forwardOffset = plan.reserve(isImage ? 0 : outputs * inputs * 9)
    let backwardOffset = plan.reserve(inputPanels * panel * 9 * outputs)
    let forwardSumsOffset = plan.reserve(outputs * 4)
    let backwardSumsOffset = plan.reserve(inputPanels * panel * 9 * 4)
    let biasOffset = plan.reserve(outputs * 4)
    let multiplierOffset = plan.reserve(outputs * 4)
    let scaleOffset = plan.reserve(outputs * 4)
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: plan.bytes, alignment: ArenaPlan.alignment)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: plan.bytes)
    self.memory = memory
    imageWeights = (memory + imageOffset).assumingMemoryBound(to: Int16.self)
    forwardWeights = (memory + forwardOffset).assumingMemoryBound(to: Int8.self)
    backwardWeights = (memory + backwardOffset).assumingMemoryBound(to: Int8.self)
    forwardSums = (memory + forwardSumsOffset).assumingMemoryBound(to: Int32.self)
    backwardSums = (memory + backwardSumsOffset).assumingMemoryBound(to: Int32.self)
    bias = (memory + biasOffset).assumingMemoryBound(to: Int32.self)
    multiplier = (memory + multiplierOffset).assumingMemoryBound(to: Float.self)
    weightScale = (memory + scaleOffset).assumingMemoryBound(to: Float.self)

    for o in 0..<outputs {
      bias[o] = source.bias[o]
      weightScale[o] = source.weightScale[o]
      multiplier[o] = inputScale * source.weightScale[o] / source.outputScale
    }
    source.weights.withUnsafeBufferPointer { weights in
      if isImage { packImage(weights) } else { packForward(weights) }
      packBackward(weights)
    }
  }

  deinit {
    memory.deallocate()
  }

  private func packImage(_ weights: UnsafeBufferPointer<Int8>) {
    for o in 0..<outputChannels {
      for i in 0..<3 {
        for tap in 0..<9 {
          let k = tap % 3 * 4 + i
          let pair = (o / Self.panel * 3 + tap / 3) * 6 + k / 2
          imageWeights[(pair * Self.panel + o % Self.panel) * 2 + k % 2] =
            Int16(weights[(o * 3 + i) * 9 + tap])
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

  private func packBackward(_ weights: UnsafeBufferPointer<Int8>) {
    let groups = outputChannels / 4
    for o in 0..<outputChannels {
      for i in 0..<inputChannels {
        let source = (o * inputChannels + i) * 9
        for tap in 0..<9 {
          let weight = weights[source + 8 - tap]
          let block = i / Self.panel * 9 + tap
          let lane = i % Self.panel
          backwardWeights[((block * groups + o / 4) * Self.panel + lane) * 4 + o % 4] = weight
          backwardSums[block * Self.panel + lane] += Int32(weight)
        }
      }
    }
  }
}
