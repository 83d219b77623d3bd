internal import QuantVGG
internal import StyleTransfer

/// The image that a run of a comparison starts from.
enum RunStart: Equatable {
  /// That of `transfer`.
  case given
  /// The same with each value moved by -1, 0 or 1 grey level from a seed.
  case nearby(UInt64)
  /// Noise from a seed, mixed with the content as --init noise mixes it.
  case noise(UInt64)

  /// What follows the name of a group: "", ", nearby 1", ", seed 2".
  var suffix: String {
    switch self {
    case .given: ""
    case .nearby(let seed): ", nearby \(seed)"
    case .noise(let seed): ", seed \(seed)"
    }
  }
}

/// One transfer of a comparison.
struct ComparedRun {
  /// "float32", "int8", "int8, nearby 1", "float32, seed 2", "int8, conv2_1 in float32".
  let name: String
  let weights: Weights
  /// The float32 weights of an int8 run's layers in float32.
  let reference: Weights?
  let start: RunStart
  /// The layer that alone is in float32 in a run of a ranking by pictures.
  let rankedLayer: LayerName?
  /// Steps of the last scale whose images are kept, from first to last; the last is the result, as are those after an
  /// early end.
  let samples: [Int]

  init(
    _ group: String, _ weights: Weights, reference: Weights? = nil, _ start: RunStart,
    ranked layer: LayerName? = nil, samples: [Int]
  ) {
    name = group + start.suffix + (layer.map { ", \($0) in float32" } ?? "")
    self.weights = weights
    self.reference = reference
    self.start = start
    rankedLayer = layer
    self.samples = samples
  }

  var precision: Precision { weights.precision }
  /// Whether gradients and Gram matrices are kept, which another arithmetic is compared by.
  var keepsGradients: Bool { precision == .int8 && start == .given && rankedLayer == nil }

  /// Whether both paint the same.
  func isSame(as other: ComparedRun) -> Bool {
    weights === other.weights && start == other.start && rankedLayer == other.rankedLayer
  }
}

/// Runs of one arithmetic, whose starts differ by a grey level.
struct RunGroup {
  /// The one that starts as `transfer` does.
  let first: ComparedRun
  let nearby: [ComparedRun]
  /// Of int8, from the same start: one for each layer that is alone in float32, where pictures rank them.
  let ranked: [ComparedRun]
}

/// The transfers of a comparison: int8 by each weight file, float32, and float32 from other noise.
struct ComparedRuns {
  let quantized: [RunGroup]
  let float: RunGroup
  let seeds: [ComparedRun]

  /// In the order in which they run.
  var all: [ComparedRun] {
    let groups = quantized + [float]
    return groups.map { $0.first }
      + float.nearby.indices.flatMap { index in
        groups.map { $0.nearby[index] }
      } + seeds + quantized.flatMap { $0.ranked }
  }

  /// Places along a run at which the runs are compared.
  private static let places = 10

  /// The runs of a command line, with `steps` at their last scale.
  init(_ options: CompareOptions, weights: [Weights], reference: Weights, steps: Int) {
    var samples: [Int] = []
    for place in 0...Self.places {
      let step = steps * place / Self.places
      if samples.last != step { samples.append(step) }
    }
    func group(
      _ name: String, _ weights: Weights, _ reference: Weights? = nil, ranked: [LayerName] = []
    ) -> RunGroup {
      func run(_ start: RunStart) -> ComparedRun {
        ComparedRun(name, weights, reference: reference, start, samples: samples)
      }
      return RunGroup(
        first: run(.given), nearby: options.nearby.map { run(.nearby($0)) },
        ranked: ranked.map { layer in
          ComparedRun(
            name, weights, reference: reference, .given, ranked: layer, samples: [steps])
        })
    }
    let ranked =
      options.ranksPictures
      ? reference.network.convolutions.map { $0.name }
        .filter { $0 <= options.transfer.settings.deepest } : []
    quantized = zip(weights, Self.names(weights)).map { group($1, $0, reference, ranked: ranked) }
    float = group("float32", reference)
    seeds = options.seeds.map { ComparedRun("float32", reference, .noise($0), samples: samples) }
  }

  /// "int8", or with several files their own names.
  private static func names(_ weights: [Weights]) -> [String] {
    guard weights.count > 1 else { return ["int8"] }
    var names: [String] = []
    for (index, weights) in weights.enumerated() {
      let file = weights.name.split(separator: "/").last.map(String.init) ?? weights.name
      let stem = file.hasSuffix(".safetensors") ? String(file.dropLast(12)) : file
      names.append(names.contains(stem) ? "\(stem) (\(index + 1))" : stem)
    }
    return names
  }
}

extension ComparedRun {
  /// The hash of all that the run's images and figures follow from, where `transfer` is the run's.
  func key(_ transfer: Transfer) throws(Failure) -> Fingerprint {
    var key = try Failure.from { () throws(TransferError) in try transfer.fingerprint() }
    key.add(UInt64(transfer.steps))
    key.add(UInt64(samples.count))
    if let stop = transfer.stop {
      key.add(stop.change.bitPattern)
      key.add(UInt64(stop.steps))
    }
    key.add(UInt64(transfer.threads))
    key.add(transfer.instructionSet.rawValue)
    return key
  }
}
