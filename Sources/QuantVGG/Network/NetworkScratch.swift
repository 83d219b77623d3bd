internal import Rows

/// The memory in which a worker makes the rows of an item: where it stands, and how large it is.
///
/// The sizes here and the slices that `NetworkScratch` hands out come from the same numbers.
struct ScratchLayout {
  /// Float32 rows of the way back.
  private let gradients: Reservation<Float>
  /// A derived panel of weights, for either way.
  private let panels: Reservation<UInt8>
  /// A row of a layer that computes in single precision inside a fixed-point network.
  private let reals: Reservation<Float>
  private let threads: Int

  /// Reserves the scratch of some workers.
  init<Numbers: Arithmetic>(
    _ numbers: Numbers.Type, _ shape: NetworkShape, copies: WeightCopies,
    instructionSet: InstructionSet, backward: Bool, threads: Int, memory: inout ArenaPlan
  ) {
    self.threads = threads
    let values = backward ? Self.gradientValues(shape) : 0
    let bytes = Numbers.panelScratchBytes(
      shape.layers.map { $0.convolution }, copies: copies, instructionSet)
    let line = ArenaPlan.alignment
    gradients = memory.reserve(
      threads * Self.rounded(values, to: line / MemoryLayout<Float>.stride), of: Float.self)
    panels = memory.reserve(threads * Self.rounded(bytes, to: line), of: UInt8.self)
    let real = shape.layers.reduce(0) {
      $1.convolution.isFloat32 ? max($0, $1.width * $1.channels) : $0
    }
    reals = memory.reserve(threads * real, of: Float.self)
  }

  private static func rounded(_ count: Int, to unit: Int) -> Int {
    (count + unit - 1) / unit * unit
  }

  /// Most numbers that an item of any layer has on the way back: the rows that come from the layer above
  /// and one that a pooling's adjoint is written to; or a panel and three colours of a row of the image.
  private static func gradientValues(_ shape: NetworkShape) -> Int {
    var values = shape.width * (Panel.width + 3)
    for layer in shape.layers {
      let rows = NetworkTiling.largestGradientRows(layer) + 1
      values = max(values, rows * layer.width * layer.channels)
    }
    return values
  }

  /// The workers' memory.
  func attach(_ arena: Arena) -> [NetworkScratch] {
    let (gradients, panels) = (gradients.split(threads), panels.split(threads))
    return reals.split(threads).enumerated().map {
      NetworkScratch(
        gradients: arena.slice(gradients[$0]), panel: arena.slice(panels[$0]),
        real: arena.slice($1))
    }
  }
}

/// A worker's memory.
struct NetworkScratch {
  /// Float32 rows of the way back.
  let gradients: MemorySlice<Float>
  /// A derived panel of weights.
  let panel: MemorySlice<UInt8>
  /// A row of a layer that computes in single precision inside a fixed-point network.
  let real: MemorySlice<Float>
}
