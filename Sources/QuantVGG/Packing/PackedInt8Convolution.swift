internal import CQuantKernels
internal import Rows

/// A convolution's weights in the order in which the kernels read them.
///
/// ```
/// forward   [panel of 32 o][3 rows][3 taps][i / 4][32 o][4 i]     sum over input channels i
/// backward  [panel of 32 i][3 rows][3 taps][o / 4][32 i][4 o]     sum over output channels o, taps mirrored
/// conv1_1   [panel of 32 o][3 rows][6 pairs][32 o][2]             the 12 values R G B 0 of 3 taps, as Int16
///  backward [3 rows][o / 4][16 columns][4 o]                      R G B of 3 taps, mirrored, and 7 zeros
/// ```
///
/// Of a layer that computes in single precision only the scales of its activations are kept here.
final class PackedInt8Convolution: Sendable {
  /// Int16 weights of one panel of conv1_1.
  private static let imagePanelCount = 3 * 12 * Panel.width
  /// Columns of conv1_1's backward weights.
  fileprivate static let imageColumnCount = Int(QV_IMAGE_COLUMNS)

  let shape: NetworkTable.Convolution
  let outputScale: Float
  let bias: MemorySlice<Int32>
  /// Input scale * weight scale / output scale.
  let multiplier: MemorySlice<Float>
  let weightScale: MemorySlice<Float>
  /// Nil where all are 1.
  let channelScale: MemorySlice<Float>?
  /// The weights of a layer that computes in single precision, between channels that are divided by
  /// their scales; nil for others.
  let float32: PackedFloat32Convolution?
  /// Whether tiles make the rows of the layer; false for conv1_1.
  let holdsTiles: Bool
  /// Whether transformed tiles make the gradient of its input; false for conv1_1.
  let holdsGradientTiles: Bool
  /// `[outputChannels]` sums of the forward weights.
  let forwardSums: MemorySlice<Int32>
  /// conv1_1 only; empty otherwise.
  private let image: MemorySlice<Int16>
  /// Empty for conv1_1.
  private let forward: MemorySlice<Int8>
  /// Empty where it is derived from the forward weights.
  private let backward: MemorySlice<Int8>
  private let backwardSums: MemorySlice<Int32>
  private let kernels: KernelTable
  private let memory: Arena

  init(
    _ source: Int8Convolution, float32: PackedFloat32Convolution?,
    shape: NetworkTable.Convolution, inputScale: Float, copies: WeightCopies, kernels: KernelTable
  ) throws(MemoryError) {
    let (inputs, outputs) = (shape.inputChannels, shape.outputChannels)
    precondition(source.weights.count == outputs * inputs * 9)
    precondition(shape.isFloat32 == (float32 != nil))
    precondition(source.bias.count == outputs && source.weightScale.count == outputs)
    precondition(source.channelScale.isEmpty || source.channelScale.count == outputs)
    self.shape = shape
    self.kernels = kernels
    self.float32 = float32
    outputScale = source.outputScale
    holdsTiles = !shape.readsImage && TileKernels.hold(source.weights, count: 9 * inputs)
    holdsGradientTiles = !shape.readsImage && GradientKernels.hold(source.weights, inputs: inputs)
    let layout = PackedInt8Layout(shape, copies: copies)
    let memory = try Arena(layout.plan)
    self.memory = memory
    image = memory.slice(layout.image)
    forward = memory.slice(layout.forward)
    backward = memory.slice(layout.backward)
    forwardSums = memory.slice(layout.forwardSums)
    backwardSums = memory.slice(layout.backwardSums)
    bias = memory.slice(layout.bias)
    multiplier = memory.slice(layout.multiplier)
    weightScale = memory.slice(layout.weightScale)
    channelScale =
      source.channelScale.contains { $0 != 1 } ? memory.slice(layout.channelScale) : nil

    channelScale?.copy(source.channelScale.span)
    guard float32 == nil else { return }
    bias.copy(source.bias.span)
    weightScale.copy(source.weightScale.span)
    for o in 0..<outputs {
      multiplier[o] = inputScale * source.weightScale[o] / source.outputScale
    }
    if shape.readsImage {
      packImage(source.weights)
    } else {
      sumBackward(source.weights)
      packForward(source.weights)
      if backward.count > 0 {
        for panel in 0..<inputs / Panel.width { derive(panel, into: keptBackwardPanel(panel)) }
      }
    }
  }

  var inputChannels: Int { shape.inputChannels }
  var outputChannels: Int { shape.outputChannels }

  /// Bytes of a layer.
  static func bytes(_ shape: NetworkTable.Convolution, copies: WeightCopies) -> Int {
    PackedInt8Layout(shape, copies: copies).plan.bytes
      + (shape.isFloat32 ? PackedFloat32Convolution.bytes(shape) : 0)
  }

  /// Weights of a backward panel of a layer.
  static func backwardPanelCount(_ shape: NetworkTable.Convolution) -> Int {
    Panel.width * 9 * shape.outputChannels
  }

  // MARK: Panels

  /// The output channels of a panel, which the layer has.
  func panel(_ index: Int) -> Range<Int> {
    let part = Panel.channels(index)
    assert(part.upperBound <= outputChannels)
    return part
  }

  /// A panel of conv1_1's weights.
  func imagePanel(_ index: Int) -> MemorySlice<Int16> {
    image[index * Self.imagePanelCount..<(index + 1) * Self.imagePanelCount]
  }

  /// A panel of the forward weights of any other layer.
  func forwardPanel(_ index: Int) -> MemorySlice<Int8> {
    let count = Panel.width * 9 * inputChannels
    return forward[index * count..<(index + 1) * count]
  }

  /// One backward panel: the kept copy, or `scratch` with what is derived from the forward weights.
  func backwardPanel(_ index: Int, scratch: MemorySlice<UInt8>) -> MemorySlice<Int8> {
    guard backward.count == 0 else { return keptBackwardPanel(index) }
    let out = scratch.elements(Int8.self, count: Self.backwardPanelCount(shape))
    derive(index, into: out)
    return out
  }

  /// `[3][3][32]` sums of a backward panel's weights.
  func backwardPanelSums(_ index: Int) -> MemorySlice<Int32> {
    let count = 9 * Panel.width
    return backwardSums[index * count..<(index + 1) * count]
  }

  private func keptBackwardPanel(_ index: Int) -> MemorySlice<Int8> {
    let count = Self.backwardPanelCount(shape)
    return backward[index * count..<(index + 1) * count]
  }

  private func derive(_ index: Int, into out: MemorySlice<Int8>) {
    kernels.mirrorPanel(forward, shape, panel: index, into: out)
  }

  /// conv1_1's backward weights, `[3][outputChannels / 4][16][4]`.
  var imageColumns: MemorySlice<Int8> { backward }

  /// `[3][16]` sums of conv1_1's backward weights.
  var imageColumnSums: MemorySlice<Int32> { backwardSums }

  // MARK: Packing

  private func packImage(_ weights: [Int8]) {
    for o in 0..<outputChannels {
      for i in 0..<inputChannels {
        for tap in 0..<9 {
          let weight = weights[(o * inputChannels + i) * 9 + tap]
          let k = tap % 3 * 4 + i
          let pair = (o / Panel.width * 3 + tap / 3) * 6 + k / 2
          image[(pair * Panel.width + o % Panel.width) * 2 + k % 2] = Int16(weight)
          let (row, column) = (2 - tap / 3, 3 * (2 - tap % 3) + i)
          let group = row * (outputChannels / 4) + o / 4
          backward[(group * Self.imageColumnCount + column) * 4 + o % 4] = weight
          backwardSums[row * Self.imageColumnCount + column] += Int32(weight)
        }
      }
    }
  }

  /// Four input channels of a whole panel after the other, whose places stay in the first-level cache.
  private func packForward(_ weights: [Int8]) {
    let group = 4 * Panel.width
    let fours = inputChannels / 4
    let tap = fours * group
    for index in 0..<outputChannels / Panel.width * fours {
      let (panel, four) = index.quotientAndRemainder(dividingBy: fours)
      for n in 0..<Panel.width {
        let o = panel * Panel.width + n
        let source = (o * inputChannels + 4 * four) * 9
        var place = panel * 9 * tap + four * group + 4 * n
        var sum: Int32 = 0
        for t in source..<source + 9 {
          for i in 0..<4 {
            let weight = weights[t + 9 * i]
            forward[place + i] = weight
            sum &+= Int32(weight)
          }
          place &+= tap
        }
        forwardSums[o] += sum
      }
    }
  }

  private func sumBackward(_ weights: [Int8]) {
    for o in 0..<outputChannels {
      for i in 0..<inputChannels {
        let source = (o * inputChannels + i) * 9
        let first = i / Panel.width * 9 * Panel.width + i % Panel.width
        for tap in 0..<9 {
          backwardSums[first + tap * Panel.width] += Int32(weights[source + 8 - tap])
        }
      }
    }
  }
}

/// The places of a packed layer's parts in one block of memory.
private struct PackedInt8Layout {
  let image: Reservation<Int16>
  let forward, backward: Reservation<Int8>
  let forwardSums, backwardSums, bias: Reservation<Int32>
  let multiplier, weightScale, channelScale: Reservation<Float>
  let plan: ArenaPlan

  init(_ shape: NetworkTable.Convolution, copies: WeightCopies) {
    let (inputs, outputs) = (shape.inputChannels, shape.outputChannels)
    let isImage = shape.readsImage
    let columns = 3 * PackedInt8Convolution.imageColumnCount
    var plan = ArenaPlan()
    func reserve<Number: BitwiseCopyable>(_ count: Int, of type: Number.Type) -> Reservation<Number>
    {
      plan.reserve(shape.isFloat32 ? 0 : count, of: type)
    }
    image = reserve(isImage ? outputs * 3 * 12 : 0, of: Int16.self)
    forward = reserve(isImage ? 0 : outputs * inputs * 9, of: Int8.self)
    backward = reserve(
      isImage ? columns * outputs : copies == .both ? inputs * 9 * outputs : 0, of: Int8.self)
    forwardSums = reserve(outputs, of: Int32.self)
    backwardSums = reserve(isImage ? columns : inputs * 9, of: Int32.self)
    bias = reserve(outputs, of: Int32.self)
    multiplier = reserve(outputs, of: Float.self)
    weightScale = reserve(outputs, of: Float.self)
    channelScale = plan.reserve(outputs, of: Float.self)
    self.plan = plan
  }
}
