package import QuantVGG

/// One way to run a transfer; the choice never changes the result.
public struct MemoryPlan: Sendable {
  /// Rows that stay in memory.
  package var network: NetworkPlan
  /// Copies of the weights.
  package var copies: WeightCopies
  /// The place of what grows with the picture and lasts from step to step.
  public internal(set) var state: StatePlace

  /// A place of image, optimizer's state and content targets.
  public enum StatePlace: Sendable, Equatable {
    /// In memory.
    case memory
    /// In memory, content targets without the zeros that most of them are: they have half the room, and a content that needs more
    /// is refused before the first step.
    case packed
    /// In a file (`Transfer.spill`).
    case file
  }

  /// A plan from its parts.
  package init(network: NetworkPlan, copies: WeightCopies, state: StatePlace = .memory) {
    self.network = network
    self.copies = copies
    self.state = state
  }

  /// Whether image, optimizer's state and content targets are in a file.
  public var spills: Bool { state == .file }

  /// All layers are computed once, and weights are kept twice.
  public static let resident = MemoryPlan(network: .resident, copies: .both)

  /// The layers that are kept, the rows of a chunk, and `lean` where weights are kept once, `packed` where content targets
  /// are, `spill` where what grows with the picture is in a file: `resident-64`, `keep-conv3_1-32`, `streaming-16-lean-spill`.
  public var name: String {
    var name =
      switch network.kept {
      case .all: "resident"
      case .from(let layer): "keep-\(layer)"
      case .none: "streaming"
      }
    name += "-\(network.chunkRows)"
    if copies == .forward { name += "-lean" }
    switch state {
    case .memory: break
    case .packed: name += "-packed"
    case .file: name += "-spill"
    }
    return name
  }

  /// The plan of a name; nil where it is none.
  public init?(name: String) {
    var parts = name.split(separator: "-").map(String.init)
    let state: StatePlace =
      parts.last == "spill" ? .file : parts.last == "packed" ? .packed : .memory
    if state != .memory { parts.removeLast() }
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
      copies: isLean ? .forward : .both, state: state)
  }
}
