internal import Rows

/// The memory in which workers make the rows of an item: where it stands, and how large it is.
///
/// The sizes here and the slices that `NetworkScratch` hands out come from the same numbers.
struct ScratchLayout {
  /// Bytes of a worker but for a derived panel of weights.
  let bytes: Int
  /// Whether a block of tiles has the memory that it wants.
  let hasTiles: Bool
  private let plan: NetworkPlan
  private let panelBytes: Int
  private let work: Reservation<UInt8>
  private let incoming: Reservation<Float>
  /// A row of a layer that computes in single precision inside a fixed-point network.
  private let reals: Reservation<Float>
  private let threads: Int

  /// Reserves the scratch of some workers.
  init<Numbers: Arithmetic>(
    _ numbers: Numbers.Type, _ shape: NetworkShape, plan: NetworkPlan, copies: WeightCopies,
    instructionSet: InstructionSet, backward: Bool, threads: Int, memory: inout ArenaPlan
  ) {
    self.threads = threads
    self.plan = plan
    let line = ArenaPlan.alignment
    let mostTiles = plan.hasTiles ? Numbers.mostTiles(instructionSet) : 0
    hasTiles = mostTiles > 0
    var bytes = TileBlock.wantedBytes(mostTiles: mostTiles)
    if backward {
      bytes = max(bytes, Self.rowValues(shape) * MemoryLayout<Float>.stride)
      bytes = max(bytes, Numbers.BackwardTiles.wantedBytes(mostTiles: mostTiles))
    }
    self.bytes = Self.rounded(bytes, to: line)
    panelBytes =
      backward
      ? Self.rounded(
        Numbers.panelScratchBytes(shape.layers.map { $0.convolution }, copies: copies), to: line)
      : 0
    work = memory.reserve(threads * (self.bytes + panelBytes), of: UInt8.self)
    incoming = memory.reserve(backward ? Self.incomingValues(shape, plan) : 0, of: Float.self)
    let real = shape.layers.reduce(0) {
      $1.convolution.isFloat32 ? max($0, $1.width * $1.channels) : $0
    }
    reals = memory.reserve(threads * real, of: Float.self)
  }

  private static func rounded(_ count: Int, to unit: Int) -> Int {
    (count + unit - 1) / unit * unit
  }

  /// Most numbers of a row of the way back that a worker has for itself: of the deepest layer's, or of one that a
  /// pooling's adjoint is written to; or of the image.
  private static func rowValues(_ shape: NetworkShape) -> Int {
    var values = shape.width * 3
    for (index, layer) in shape.layers.enumerated()
    where shape.isPooled(index) || index + 1 == shape.layers.count {
      values = max(values, layer.width * layer.channels)
    }
    return values
  }

  /// Most numbers of the rows that come back from a layer at once.
  private static func incomingValues(_ shape: NetworkShape, _ plan: NetworkPlan) -> Int {
    shape.layers.dropFirst().reduce(0) {
      let rows = min(NetworkTiling.incomingRows($1, plan), $1.height)
      return max($0, rows * $1.width * $1.convolution.inputChannels)
    }
  }

  /// Most rows that come back from a layer at once.
  func incomingRows(_ layer: NetworkShape.Layer) -> Int { NetworkTiling.incomingRows(layer, plan) }

  /// The workers' memory.
  func attach(_ arena: Arena) -> [NetworkScratch] {
    let work = work.split(threads)
    return reals.split(threads).enumerated().map {
      NetworkScratch(all: arena.slice(work[$0]), count: bytes, real: arena.slice($1))
    }
  }

  /// The rows that come back from a layer, of all workers.
  func attachIncoming(_ arena: Arena) -> MemorySlice<Float> { arena.slice(incoming) }
}

/// A worker's memory.
struct NetworkScratch {
  fileprivate let all: MemorySlice<UInt8>
  fileprivate let count: Int
  /// A row of a layer that computes in single precision inside a fixed-point network.
  let real: MemorySlice<Float>

  /// What an item has for blocks of tiles.
  var bytes: MemorySlice<UInt8> { all[0..<count] }
  /// In the same place, what an item has for a row of the way back.
  var row: MemorySlice<Float> {
    bytes.elements(Float.self, count: count / MemoryLayout<Float>.stride)
  }
  /// A derived panel of weights of the way back.
  var panel: MemorySlice<UInt8> { all.from(count) }
}
