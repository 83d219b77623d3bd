internal import QuantVGG
internal import StyleTransfer

/// One transfer of a comparison.
struct ComparedRun {
  /// "float32", "int8", "float32, seed 2".
  let name: String
  let weights: Weights
  let seed: UInt64
  /// Steps whose images are kept, from first to last; the last is the result.
  let samples: [Int]

  var precision: Precision { weights.precision }
  /// Whether gradients and Gram matrices are kept, which another arithmetic is compared by.
  var keepsGradients: Bool { precision == .int8 }
}

/// The transfers of a comparison: int8 by each weight file, float32, and float32 from other noise.
struct ComparedRuns {
  let quantized: [ComparedRun]
  let float: ComparedRun
  let seeds: [ComparedRun]

  /// In the order in which they run.
  var all: [ComparedRun] { quantized + [float] + seeds }

  /// Places along a run at which the runs are compared.
  private static let places = 10

  init(_ options: CompareOptions, weights: [Weights], reference: Weights) {
    let steps = options.transfer.steps
    let seed = options.transfer.seed
    var samples: [Int] = []
    for place in 0...Self.places {
      let step = steps * place / Self.places
      if samples.last != step { samples.append(step) }
    }
    let names = Self.names(weights)
    quantized = zip(weights, names).map {
      ComparedRun(name: $1, weights: $0, seed: seed, samples: samples)
    }
    float = ComparedRun(name: "float32", weights: reference, seed: seed, samples: samples)
    seeds = options.seeds.map {
      ComparedRun(name: "float32, seed \($0)", weights: reference, seed: $0, samples: [steps])
    }
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
    key.add(UInt64(transfer.threads))
    key.add(transfer.instructionSet.rawValue)
    return key
  }
}
