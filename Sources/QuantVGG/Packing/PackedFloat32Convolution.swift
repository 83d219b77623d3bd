internal import CQuantKernels
internal import Rows

/// Float32 weights in the order in which `qv_f32_dot` reads them.
///
/// ```
/// forward   [panel of 32 o][3 rows][3 taps][i][32 o]     conv1_1 reads R G B 0: i has 4 values
/// backward  [panel of 32 i][3 rows][3 taps][o][32 i]     taps mirrored
/// ```
final class PackedFloat32Convolution: Sendable {

  /// Values per pixel of the rows that it reads: 4 for conv1_1.
  let pixelStride: Int
  let outputChannels: Int
  let bias: MemorySlice<Float>
  /// 32 zeros, the start of sums without a bias.
  let zeros: MemorySlice<Float>
  private let forward: MemorySlice<Float>
  private let backward: MemorySlice<Float>
  private let memory: Arena

  /// Bytes of a layer.
  static func bytes(_ shape: NetworkTable.Convolution) -> Int { Layout(shape).plan.bytes }

  /// The places of the parts in one block of memory.
  private struct Layout {
    let pixelStride: Int
    let forward, backward, bias, zeros: Reservation<Float>
    let plan: ArenaPlan

    init(_ shape: NetworkTable.Convolution) {
      let (inputs, outputs) = (shape.inputChannels, shape.outputChannels)
      pixelStride = shape.readsImage ? 4 : inputs
      var plan = ArenaPlan()
      forward = plan.reserve(outputs * 9 * pixelStride, of: Float.self)
      backward = plan.reserve(
        (inputs + Panel.width - 1) / Panel.width * Panel.width * 9 * outputs, of: Float.self)
      bias = plan.reserve(outputs, of: Float.self)
      zeros = plan.reserve(Panel.width, of: Float.self)
      self.plan = plan
    }
  }

  /// Packs a layer, between channels that are divided by `inputs` and `outputs`, which are empty or nil
  /// where all are 1.
  init(
    _ source: Float32Convolution, shape: NetworkTable.Convolution,
    inputs inputScale: MemorySlice<Float>? = nil, outputs outputScale: [Float] = []
  ) throws(MemoryError) {
    let (inputs, outputs, panel) = (shape.inputChannels, shape.outputChannels, Panel.width)
    precondition(source.weights.count == outputs * inputs * 9 && source.bias.count == outputs)
    let layout = Layout(shape)
    let memory = try Arena(layout.plan)
    self.memory = memory
    pixelStride = layout.pixelStride
    outputChannels = outputs
    forward = memory.slice(layout.forward)
    backward = memory.slice(layout.backward)
    bias = memory.slice(layout.bias)
    zeros = memory.slice(layout.zeros)

    for o in 0..<outputs {
      let divisor = outputScale.isEmpty ? 1 : outputScale[o]
      bias[o] = source.bias[o] / divisor
      for i in 0..<inputs {
        let factor = (inputScale?[i] ?? 1) / divisor
        for tap in 0..<9 {
          let weight = source.weights[(o * inputs + i) * 9 + tap] * factor
          let place = (o / panel * 9 + tap) * pixelStride + i
          forward[place * panel + o % panel] = weight
          let mirrored = (i / panel * 9 + 8 - tap) * outputs + o
          backward[mirrored * panel + i % panel] = weight
        }
      }
    }
  }

  /// A panel's forward weights.
  func forwardPanel(_ index: Int) -> MemorySlice<Float> {
    let count = Panel.width * 9 * pixelStride
    return forward[index * count..<(index + 1) * count]
  }

  /// A panel's backward weights.
  func backwardPanel(_ index: Int) -> MemorySlice<Float> {
    let count = Panel.width * 9 * outputChannels
    return backward[index * count..<(index + 1) * count]
  }
}
