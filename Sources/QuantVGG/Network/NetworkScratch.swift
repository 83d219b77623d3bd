internal import Rows

/// The memory in which a worker makes the rows of an item: where it stands, and how large it is.
///
/// The sizes here and the slices that `NetworkScratch` hands out come from the same numbers.
struct ScratchLayout {
  /// Bytes of a worker: what the way back or a block of tiles needs, whichever is more.
  let bytes: Int
  /// Whether a block of tiles has the memory that it wants.
  let hasTiles: Bool
  /// Float32 rows of the way back.
  private let gradientValues: Int
  private let work: Reservation<UInt8>
  /// A row of a layer that computes in single precision inside a fixed-point network.
  private let reals: Reservation<Float>
  private let threads: Int

  /// Reserves the scratch of some workers.
  init<Numbers: Arithmetic>(
    _ numbers: Numbers.Type, _ shape: NetworkShape, plan: NetworkPlan, copies: WeightCopies,
    instructionSet: InstructionSet, backward: Bool, threads: Int, memory: inout ArenaPlan
  ) {
    self.threads = threads
    let line = ArenaPlan.alignment
    gradientValues =
      backward
      ? Self.rounded(Self.gradientValues(shape), to: line / MemoryLayout<Float>.stride) : 0
    let panel = Numbers.panelScratchBytes(shape.layers.map { $0.convolution }, copies: copies)
    let wayBack = gradientValues * MemoryLayout<Float>.stride + Self.rounded(panel, to: line)
    hasTiles = plan.hasTiles && Numbers.makesTiles(instructionSet)
    bytes = max(wayBack, hasTiles ? TileBlock.wantedBytes : 0)
    work = memory.reserve(threads * bytes, of: UInt8.self)
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
    let work = work.split(threads)
    return reals.split(threads).enumerated().map {
      NetworkScratch(
        bytes: arena.slice(work[$0]), gradientValues: gradientValues, real: arena.slice($1))
    }
  }
}

/// A worker's memory.
struct NetworkScratch {
  /// All but `real`: what an item of the way back has in `gradients` and `panel`, one of the way forward in a
  /// block of tiles.
  let bytes: MemorySlice<UInt8>
  fileprivate let gradientValues: Int
  /// A row of a layer that computes in single precision inside a fixed-point network.
  let real: MemorySlice<Float>

  /// Float32 rows of the way back.
  var gradients: MemorySlice<Float> { bytes.elements(Float.self, count: gradientValues) }
  /// A derived panel of weights of the way back.
  var panel: MemorySlice<UInt8> { bytes.from(gradientValues * MemoryLayout<Float>.stride) }
}
