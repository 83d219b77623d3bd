internal import CommandOptions
internal import QualityReport
internal import StyleTransfer

/// The answer to whether a quantized run's picture differs more than chance, in words.
struct Verdict {
  private let name: String
  private let chance: ChanceFigures

  init(_ name: String, _ chance: ChanceFigures) {
    self.name = name
    self.chance = chance
  }

  /// A sentence on costs and one on pictures.
  var sentence: String { cost + " " + pictures }

  private var cost: String {
    let change = chance.cost.difference
    let direction = change < 0 ? "lower" : "higher"
    let end = "\(name) ends \(Self.percent(abs(change))) \(direction)"
    guard let error = chance.cost.error, let floor = chance.cost.floor,
      let isWithinChance = chance.cost.isWithinChance
    else {
      return "\(end) in one run of each arithmetic, which --nearby 3 would tell from chance."
    }
    let judged = isWithinChance ? "no more than chance" : "more than chance"
    return
      "\(end), give or take \(Self.percent(error)): \(judged). Two float32 runs that start one "
      + "grey level apart differ by \(Self.percent(floor))."
  }

  private var pictures: String {
    guard let floor = chance.floatDistance else {
      return "Beside float32's picture, its own has \(Self.likeness(chance.distance))."
    }
    let both = "(\(Self.likeness(chance.distance)), against \(Self.likeness(floor)))"
    switch chance.isPictureWithinChance {
    case .some(true):
      return "Pictures of \(name) and float32 are as alike as those of two float32 runs \(both)."
    case .some(false):
      return "Pictures of \(name) and float32 differ more than those of two float32 runs \(both)."
    case .none:
      return
        "Pictures of \(name) and float32 beside those of two float32 runs: \(both); --nearby 3 or more "
        + "would tell the difference from chance."
    }
  }

  /// "SSIM 0.951, 29.1 dB".
  private static func likeness(_ distance: MeanDistance) -> String {
    let ssim = distance.similarity.map { "SSIM " + Format.fixed($0, digits: 3) + ", " } ?? ""
    guard distance.peakSignalToNoise.isFinite else { return ssim + "no difference" }
    return ssim + "PSNR " + Format.fixed(distance.peakSignalToNoise, digits: 1) + " dB"
  }

  /// "11.5 %", "3.0 %", "0.092 %".
  static func percent(_ share: Double) -> String {
    let value = 100 * share
    return (value < 0.1 ? Format.general(value, digits: 2) : Format.fixed(value, digits: 1)) + " %"
  }

  /// The same with its sign: "+0.6 %", "−1.2 %".
  static func change(_ share: Double) -> String {
    (share < 0 ? "−" : "+") + percent(abs(share))
  }
}

extension ResultFigures {
  /// Whether the picture is closer to float32's than that of any other seed; nil without seeds.
  func isCloser(than seeds: [ResultFigures]) -> Bool? {
    func distance(_ figures: ResultFigures) -> Double { figures.difference?.meanSquare ?? 0 }
    guard let nearest = seeds.map(distance).min() else { return nil }
    return distance(self) < nearest
      && (similarity ?? 0) >= (seeds.compactMap { $0.similarity }.max() ?? 0)
  }
}
