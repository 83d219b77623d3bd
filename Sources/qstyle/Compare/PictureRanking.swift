internal import CommandOptions
internal import QualityReport
internal import QuantVGG
internal import StyleTransfer

/// What final pictures say of layers that are alone in float32: a run of each, beside what chance makes of int8.
struct PictureRanking {
  /// The run with one layer in float32.
  struct Layer {
    let name: String
    let run: RunFigures
    let result: ResultFigures
    /// (J - J of int8) / J of int8, the geometric mean of the runs of int8 from nearby starts.
    let difference: Double
  }

  /// With every layer in int8, from the given start.
  let plain: Layer
  /// conv1_1 up to the deepest layer.
  let layers: [Layer]
  /// The mean relative difference of two runs of int8; nil where there is but one.
  let floor: Double?
  /// The differences between which runs of int8, as many as there are layers, all end in 95 % of cases; nil where there are
  /// too few to tell.
  let range: ClosedRange<Double>?

  /// Least runs of int8 that tell what chance does.
  private static let least = 4

  /// Compares runs.
  ///
  /// - Parameters:
  ///   - plain: those of int8, that from the given start first.
  ///   - result: the distance of the first of them.
  ///   - runs: with a layer in float32.
  ///   - results: their distances.
  init(
    plain: [RunFigures], result: ResultFigures, _ runs: [RunFigures], _ results: [ResultFigures]
  ) {
    let totals = plain.map { $0.result.total }
    func layer(_ run: RunFigures, _ result: ResultFigures) -> Layer {
      Layer(
        name: run.run.rankedLayer?.description ?? "none", run: run, result: result,
        difference: GroupDifference(from: totals, to: [run.result.total]).difference)
    }
    self.plain = layer(plain[0], result)
    layers = zip(runs, results).map(layer)
    floor = GroupDifference(from: totals, to: totals).floor
    range =
      totals.count < Self.least ? nil : GroupDifference.range(of: runs.count, beside: totals)
  }

  /// Whether chance alone may make the difference; nil where there are too few runs to tell.
  func isWithinChance(_ layer: Layer) -> Bool? { range?.contains(layer.difference) }

  /// What the differences are worth, in words.
  var sentence: String {
    let name = plain.run.run.name
    let each = "With one layer of \(name) in float32, a run each: "
    guard let floor else {
      return each
        + "what of their differences is chance, --nearby 3 would tell; without it they rank nothing."
    }
    let chance =
      "two plain runs of \(name) that start one grey level apart differ by \(Verdict.percent(floor))"
    guard let range else {
      return "\(each)\(chance), and what is no larger is chance; --nearby 3 would judge the rest."
    }
    let bounds =
      "\(Verdict.percent(-range.lowerBound)) below to \(Verdict.percent(range.upperBound)) above"
    let outside = layers.filter { !range.contains($0.difference) }
      .map { "\($0.name) (\(Verdict.change($0.difference)))" }
    let judged =
      outside.isEmpty
      ? "No layer is outside: the differences may all be chance, and rank nothing."
      : "Outside: \(outside.joined(separator: ", "))."
    return
      "\(each)\(chance), and by chance alone all \(layers.count) end at \(bounds) their mean in 95 % of cases. "
      + judged
  }

  /// A row for each layer; what is best is marked.
  var table: String {
    var table = Table(["in float32", "total cost J", "against int8", "SSIM", "PSNR, dB"])
    let lowest = layers.map { $0.difference }.min()
    let closest = layers.compactMap { $0.result.difference?.meanSquare }.min()
    for layer in [plain] + layers {
      var marks: [String] = []
      if layer.run.run.rankedLayer == nil {
        marks.append("From the same start.")
      } else {
        if layer.difference == lowest {
          marks.append(
            isWithinChance(layer) == false ? "Best: lowest J." : "Best, maybe by chance: lowest J.")
        }
        if layer.result.difference?.meanSquare == closest {
          marks.append("Closest to float32's picture.")
        }
      }
      table.add(
        layer.name, marks.joined(separator: " "),
        [
          Axis.text(layer.run.result.total), Verdict.change(layer.difference),
          layer.result.similarity.map { Format.fixed($0, digits: 3) },
          layer.result.difference.map { Format.fixed($0.peakSignalToNoise, digits: 1) },
        ])
    }
    return table.html
  }
}
