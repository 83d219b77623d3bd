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

  /// Bytes of a layer.
  static func bytes(_ shape: NetworkTable.Convolution) -> Int {
    Layout(shape).bytes
  }

  /// Where the parts stand in one block of memory.
  private struct Layout {
    let pixelStride, forward, backward, bias, zeros, bytes: Int

    init(_ shape: NetworkTable.Convolution) {
      let (inputs, outputs) = (shape.inputChannels, shape.outputChannels)
      pixelStride = inputs == 3 ? 4 : inputs
      var plan = ArenaPlan()
      forward = plan.reserve(outputs * 9 * pixelStride * 4)
      backward = plan.reserve((inputs + panel - 1) / panel * panel * 9 * outputs * 4)
      bias = plan.reserve(outputs * 4)
      zeros = plan.reserve(panel * 4)
      bytes = plan.bytes
    }
  }

  init(_ source: Float32Convolution, shape: NetworkTable.Convolution) {
    let (inputs, outputs, panel) = (shape.inputChannels, shape.outputChannels, Self.panel)
    precondition(source.weights.count == outputs * inputs * 9 && source.bias.count == outputs)
    let layout = Layout(shape)
    pixelStride = layout.pixelStride
    outputChannels = outputs
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: layout.bytes, alignment: ArenaPlan.alignment)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: layout.bytes)
    self.memory = memory
    forwardWeights = (memory + layout.forward).assumingMemoryBound(to: Float.self)
    backwardWeights = (memory + layout.backward).assumingMemoryBound(to: Float.self)
    bias = (memory + layout.bias).assumingMemoryBound(to: Float.self)
    zeros = (memory + layout.zeros).assumingMemoryBound(to: Float.self)

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
