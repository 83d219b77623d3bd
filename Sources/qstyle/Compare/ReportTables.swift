internal import CommandOptions
internal import QualityReport
internal import QuantVGG
internal import StyleTransfer

/// The tables of figures of `report.html`.
struct ReportTables {
  let figures: Figures
  let settings: TransferSettings

  private var hasSeeds: Bool { !figures.seeds.isEmpty }

  private func headings(_ first: String) -> [String] {
    [first, "float32"] + figures.quantized.map { $0.run.name }
      + (hasSeeds ? ["from noise"] : [])
  }

  /// Means over nearby starts, with what chance makes of them.
  var chances: String {
    var table = Table(["mean of the results", "float32"] + figures.quantized.map { $0.run.name })
    let groups = [figures.floatGroup] + figures.quantized.indices.map { figures.group($0) }
    func costs(_ pick: (LossValues) -> Double) -> [String?] {
      groups.map { Self.mean($0.map { pick($0.result) }) }
    }
    table.add(
      "Total cost J",
      "Over \(Format.count(figures.floatGroup.count, "run")) of each; ± the standard deviation.",
      costs { $0.total })
    table.add("Content cost", "Likewise.", costs { $0.content })
    table.add("Style cost", "Likewise.", costs { $0.style })
    table.add(
      "Difference of J", "Of geometric means, against float32's; ± half its 95 % interval (Welch).",
      [nil]
        + figures.chances.map { chance in
          Verdict.change(chance.cost.difference)
            + (chance.cost.error.map { " ± " + Self.share($0) } ?? "")
        })
    table.add(
      "Two float32 runs", "The mean difference of J between two of them.",
      [figures.chances[0].cost.floor.map(Self.share)] + figures.chances.map { _ in nil })
    func likeness(_ pick: (MeanDistance) -> String?) -> [String?] {
      [figures.chances[0].floatDistance.flatMap(pick)] + figures.chances.map { pick($0.distance) }
    }
    table.add(
      "SSIM", "Between two results of float32, and between one of float32 and one of int8.",
      likeness { $0.similarity.map { Format.fixed($0, digits: 3) } })
    table.add(
      "PSNR, dB", "Likewise.",
      likeness {
        $0.peakSignalToNoise.isFinite ? Format.fixed($0.peakSignalToNoise, digits: 1) : "equal"
      })
    table.add(
      "Mean difference", "Likewise, in grey levels of 255.",
      likeness { Format.fixed($0.mean, digits: 1) })
    table.add(
      "p of the pictures",
      "The share of ways to split all these runs into two groups that sets the groups at least as far apart.",
      [nil] + figures.chances.map { $0.probability.map { Format.general($0, digits: 2) } })
    return table.html
  }

  /// "83.4 M ± 2.1 M".
  private static func mean(_ values: [Double]) -> String {
    let mean = values.reduce(0, +) / Double(values.count)
    guard values.count > 1 else { return number(mean) }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return number(mean) + " ± "
      + Axis.text((squares / Double(values.count - 1)).squareRoot(), digits: 3)
  }

  /// How values of the pictures differ, by quantized run.
  func difference(_ index: Int) -> String {
    guard let difference = figures.results[index].difference else { return "" }
    var table = Table(["difference of a value", "grey levels"])
    table.add("Median", "", ["\(difference.percentile(0.5))"])
    table.add("99 % are at most", "", ["\(difference.percentile(0.99))"])
    table.add("Largest", "", ["\(difference.largest)"])
    let worst = difference.worst
    let channel = ["red", "green", "blue"][worst.channel]
    return table.html
      + "<p class=\"quiet\">The largest is \(channel) of the pixel at column \(worst.x), row \(worst.y) (from 0): "
      + "\(worst.second) in float32, \(worst.first) in \(HTML.escape(figures.results[index].run.name)).</p>"
  }

  /// Costs, likeness and expense.
  var summary: String {
    var table = Table(headings("figure"))
    func costs(_ pick: (LossValues) -> Double) -> [String?] {
      values(
        float: Self.number(pick(figures.float.result)),
        quantized: figures.quantized.map { pick($0.result) },
        seeds: figures.seeds.map { pick($0.result) }, Self.number)
    }
    table.add(
      "Total cost J",
      "What the optimizer lowers, of the result, by the float32 network. Lower is better.",
      costs { $0.total })
    table.add(
      "Change of J", "Against float32's result; the sign tells which is lower.",
      likeness({ $0.totalChange }, Verdict.change))
    table.add("Content cost", "Distance from the photo's features.", costs { $0.content })
    table.add("Style cost", "Distance from the painting's Gram matrices.", costs { $0.style })
    func share(_ isChosen: (TermCost) -> Bool) -> [String?] {
      values(
        float: Self.share(figures.float.share(isChosen)),
        quantized: figures.quantized.map { $0.share(isChosen) },
        seeds: figures.seeds.map { $0.share(isChosen) }, Self.share)
    }
    table.add("Content's part of J", "Its weighted cost, of the total.", share { $0.isContent })
    table.add("Style's part of J", "Likewise.", share { $0.isStyle })
    table.add(
      "PSNR, dB", "Peak signal to noise against float32's picture. Higher is closer.",
      likeness({ $0.difference?.peakSignalToNoise }) { Format.fixed($0, digits: 1) })
    table.add(
      "SSIM", "Structural similarity (Wang et al. 2004), 1 for the same picture.",
      likeness({ $0.similarity }) { Format.fixed($0, digits: 3) })
    table.add(
      "MS-SSIM",
      "The same over five scales (Wang et al. 2003); needs \(MultiScaleSimilarity.leastSide) px a side.",
      likeness({ $0.multiScale }) { Format.fixed($0, digits: 3) })
    table.add(
      "Mean difference", "Grey levels of 255 by which a value differs.",
      likeness({ $0.difference?.mean }) { Format.fixed($0, digits: 1) })
    table.add(
      "Gradient cosine, lowest",
      "Between the image gradients of both networks, on images along the int8 run; 1 is the same direction.",
      columns(figures.networks.map { $0.cosines.map { $0.value }.min() }) {
        Format.fixed($0, digits: 4)
      })
    addExpense(to: &table)
    return table.html
  }

  private func addExpense(to table: inout Table) {
    func measures(_ pick: (RunFile.Measures) -> Double, _ text: (Double) -> String) -> [String?] {
      values(
        float: text(pick(figures.float.measures)),
        quantized: figures.quantized.map { pick($0.measures) },
        seeds: figures.seeds.map { pick($0.measures) }, text)
    }
    table.add(
      "Time of a step", "Mean over the run, on this machine.",
      measures({ $0.stepSeconds }, Self.time))
    table.add(
      "Peak memory", "Of the whole process during the run.",
      measures({ Double($0.peakBytes) }) { Format.bytes(Int($0)) })
    table.add(
      "Weights in memory", "As the run's memory plan keeps them, once or twice.",
      measures({ Double($0.weightBytes) }) { Format.bytes(Int($0)) })
  }

  /// The tables of style layers and activations.
  var layers: String {
    var table = Table(headings("Gram matrix of"))
    for (index, layer) in settings.styleLayers.enumerated() {
      table.add(
        layer.layer.description, "",
        likeness({ $0.gramErrors[index] }, Self.share))
    }
    return table.html
  }

  /// Errors of the networks themselves, by quantized run.
  func network(_ index: Int) -> String {
    let network = figures.networks[index]
    return network.arithmetic.tables
  }

  // MARK: Columns

  private func values(
    float: String?, quantized: [Double], seeds: [Double], _ text: (Double) -> String
  ) -> [String?] {
    [float] + quantized.map(text) + (hasSeeds ? [Self.range(seeds, text)] : [])
  }

  private func likeness(
    _ pick: (ResultFigures) -> Double?, _ text: (Double) -> String
  ) -> [String?] {
    let own = figures.results.map { pick($0).map(text) }
    return [nil] + own
      + (hasSeeds ? [Self.range(figures.seedResults.compactMap(pick), text)] : [])
  }

  private func columns(_ quantized: [Double?], _ text: (Double) -> String) -> [String?] {
    [nil] + quantized.map { $0.map(text) } + (hasSeeds ? [nil] : [])
  }

  /// The least and the greatest.
  private static func range(_ values: [Double], _ text: (Double) -> String) -> String? {
    guard let least = values.min(), let greatest = values.max() else { return nil }
    let (low, high) = (text(least), text(greatest))
    return low == high ? low : "\(low) … \(high)"
  }

  private static func time(_ seconds: Double) -> String {
    seconds < 1
      ? Format.general(1000 * seconds, digits: 3) + " ms" : Format.fixed(seconds, digits: 2) + " s"
  }

  private static func number(_ value: Double) -> String { Axis.text(value) }

  private static func share(_ value: Double) -> String { Verdict.percent(value) }
}
