internal import CommandOptions
internal import QualityReport
internal import StyleTransfer

/// The sentence that the figures of a quantized run come to.
struct Verdict {
  /// Whether the result is closer to float32's than that of any other noise seed; nil without seeds.
  let isCloserThanSeeds: Bool?
  /// A sentence for people.
  let sentence: String

  init(_ result: ResultFigures, seeds: [ResultFigures]) {
    let name = result.run.name
    let change = Self.percent(abs(result.totalChange))
    let direction = result.totalChange < 0 ? "lower" : "higher"
    let cost = "scored in float32, its total cost is \(change) \(direction) than float32's own"
    func distance(_ figures: ResultFigures) -> Double { figures.difference?.meanSquare ?? 0 }
    guard let nearest = seeds.min(by: { distance($0) < distance($1) }) else {
      isCloserThanSeeds = nil
      sentence =
        "\(name)'s result is \(Self.likeness(result)) to float32's; \(cost). "
        + "No other noise seed was run to judge that by."
      return
    }
    let isCloser =
      distance(result) < distance(nearest)
      && (result.similarity ?? 0) >= (seeds.compactMap { $0.similarity }.max() ?? 0)
    isCloserThanSeeds = isCloser
    let seedChange = seeds.reduce(0) { max($0, abs($1.totalChange)) }
    sentence =
      "\(name) differs from float32 \(isCloser ? "less" : "no less") than another noise seed does "
      + "(\(Self.likeness(result)), against \(Self.likeness(nearest)) for the nearest seed); \(cost), "
      + "where seeds make up to \(Self.percent(seedChange))."
  }

  /// "SSIM 0.951, PSNR 29.1 dB".
  private static func likeness(_ figures: ResultFigures) -> String {
    let ssim = figures.similarity.map { "SSIM " + Format.fixed($0, digits: 3) + ", " } ?? ""
    guard let psnr = figures.difference?.peakSignalToNoise, psnr.isFinite else {
      return ssim + "the same picture"
    }
    return ssim + "PSNR " + Format.fixed(psnr, digits: 1) + " dB"
  }

  static func percent(_ share: Double) -> String {
    Format.general(100 * share, digits: share < 0.1 ? 2 : 3) + " %"
  }
}
