package import QuantVGG

/// One way to run a transfer; the choice never changes the result.
public struct MemoryPlan: Sendable {
  /// Rows that stay in memory.
  package var network: NetworkPlan
  /// Copies of the weights.
  package var copies: WeightCopies
  /// Whether image, optimizer's state and content targets are in a file (`Transfer.spill`).
  public internal(set) var spills: Bool

  /// A plan from its parts.
  package init(network: NetworkPlan, copies: WeightCopies, spills: Bool = false) {
    self.network = network
    self.copies = copies
    self.spills = spills
  }

  /// All layers are computed once, and weights are kept twice.
  public static let resident = MemoryPlan(network: .resident, copies: .both)

  /// The layers that are kept, the rows of a chunk, and `lean` where weights are kept once, and
  /// `spill` where what grows with the picture is in a file: `resident-64`, `keep-conv3_1-32`, `streaming-16-lean-spill`.
  public var name: String {
    var name =
      switch network.kept {
      case .all: "resident"
      case .from(let layer): "keep-\(layer)"
      case .none: "streaming"
      }
    name += "-\(network.chunkRows)"
    if copies == .forward { name += "-lean" }
    if spills { name += "-spill" }
    return name
  }

  /// The plan of a name; nil where it is none.
  public init?(name: String) {
    var parts = name.split(separator: "-").map(String.init)
    let spills = parts.last == "spill"
    if spills { parts.removeLast() }
    let isLean = parts.last == "lean"
    if isLean { parts.removeLast() }
    guard let last = parts.popLast(), let rows = Int(last), (1...65536).contains(rows) else {
      return nil
    }
    let kept: NetworkPlan.KeptLayers
    switch parts {
    case ["resident"]: kept = .all
    case ["streaming"]: kept = .none
    case _ where parts.count == 2 && parts[0] == "keep":
      guard let layer = LayerName(parts[1]) else { return nil }
      kept = .from(layer)
    default: return nil
    }
    self.init(
      network: NetworkPlan(chunkRows: rows, kept: kept),
      copies: isLean ? .forward : .both, spills: spills)
  }
}
