internal import CQuantKernels

/// A convolution in single precision.
public struct Float32Convolution {
  /// `[outputChannels][inputChannels][3][3]`.
  public var weights: [Float]
  /// `[outputChannels]`.
  public var bias: [Float]

  /// A convolution from its parts.
  public init(weights: [Float], bias: [Float]) {
    self.weights = weights
    self.bias = bias
  }
}

/// Float32 weights in the order in which `qv_f32_dot` reads them.
///
/// ```
/// forward   [panel of 32 o][3 rows][3 taps][i][32 o]     conv1_1 reads R G B 0: i has 4 values
/// backward  [panel of 32 i][3 rows][3 taps][o][32 i]     taps mirrored
/// ```
final class PackedFloat32Convolution {
  static let panel = Int(QV_PANEL)

  /// Values per pixel of the rows that it reads: 4 for conv1_1.
  let pixelStride: Int
  let outputChannels: Int
  let forwardWeights: UnsafeMutablePointer<Float>
  let backwardWeights: UnsafeMutablePointer<Float>
  let bias: UnsafeMutablePointer<Float>
  /// 32 zeros, the start of sums without a bias.
  let zeros: UnsafeMutablePointer<Float>
  private let memory: UnsafeMutableRawPointer

  init(_ source: Float32Convolution, shape: VGG19.Convolution) {
    let (inputs, outputs, panel) = (shape.inputChannels, shape.outputChannels, Self.panel)
    precondition(source.weights.count == outputs * inputs * 9 && source.bias.count == outputs)
    pixelStride = inputs == 3 ? 4 : inputs
    outputChannels = outputs
    let inputPanels = (inputs + panel - 1) / panel

    var plan = ArenaPlan()
    let forwardOffset = plan.reserve(outputs * 9 * pixelStride * 4)
    let backwardOffset = plan.reserve(inputPanels * panel * 9 * outputs * 4)
    let biasOffset = plan.reserve(outputs * 4)
    let zerosOffset = plan.reserve(panel * 4)
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: plan.bytes, alignment: ArenaPlan.alignment)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: plan.bytes)
    self.memory = memory
    forwardWeights = (memory + forwardOffset).assumingMemoryBound(to: Float.self)
    backwardWeights = (memory + backwardOffset).assumingMemoryBound(to: Float.self)
    bias = (memory + biasOffset).assumingMemoryBound(to: Float.self)
    zeros = (memory + zerosOffset).assumingMemoryBound(to: Float.self)

    for o in 0..<outputs {
      bias[o] = source.bias[o]
      for i in 0..<inputs {
        for tap in 0..<9 {
          let weight = source.weights[(o * inputs + i) * 9 + tap]
          let forward = (o / panel * 9 + tap) * pixelStride + i
          forwardWeights[forward * panel + o % panel] = weight
          let backward = (i / panel * 9 + 8 - tap) * outputs + o
          backwardWeights[backward * panel + i % panel] = weight
        }
      }
    }
  }

  deinit {
    memory.deallocate()
  }
}
