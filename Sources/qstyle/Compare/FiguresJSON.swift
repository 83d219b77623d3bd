internal import CommandOptions
internal import FileNames
internal import ImageIO
internal import Optim
internal import QualityReport
internal import QuantVGG
internal import StyleTransfer

/// `report.json`: the figures under names that stay.
struct FiguresJSON {
  let options: CompareOptions
  let transfer: Transfer
  let figures: Figures
  let provenance: Provenance
  let seconds: Double
  let peakBytes: Int

  /// The document, which `figures.csv` has as a table.
  var document: JSONObject {
    let options = options.transfer
    var document = JSONObject()
    document.add("version", QStyle.version)
    document.add("content", options.content.description)
    document.add("style", options.styles[0].path.description)
    document.add("styles", options.styles.map { $0.json })
    document.add("width", transfer.resultSize.width)
    document.add("height", transfer.resultSize.height)
    document.add("steps", transfer.steps)
    document.add("optimizer", transfer.optimizer.method.rawValue)
    document.add("state", transfer.optimizer.state.rawValue)
    document.add("pool", transfer.pooling.rawValue)
    document.add("content_weight", transfer.settings.contentWeight)
    document.add("style_weight", transfer.settings.styleWeight)
    document.add("threads", options.shared.threads)
    document.add("isa", options.shared.instructionSet.rawValue)
    var verdict = JSONObject()
    verdict.add("arithmetic", figures.verdict.json)
    verdict.add("picture", Self.object(figures.chances[0]))
    document.add("verdict", verdict)
    var float = object(figures.float)
    float.add("group", Self.group(figures.floatGroup, figures.chances[0].floatDistance))
    float.add("nearby", figures.floatNearby.map(object))
    document.add("float32", float)
    document.add(
      "int8",
      figures.quantized.indices.map { index in
        var entry = object(figures.quantized[index])
        add(figures.results[index], to: &entry)
        let network = figures.networks[index]
        entry.add(
          "gradient_cosine", network.cosines.map { Self.point($0.step, "cosine", $0.value) })
        entry.add("network_gram_error", layers("error", network.gramErrors))
        entry.add("arithmetic", network.arithmetic.json)
        entry.add(
          "activations",
          network.arithmetic.runs[0].passes[0].layers.map { layer in
            var entry = JSONObject()
            entry.add("layer", layer.layer.description)
            entry.add("local_sqnr_db", layer.alone.decibels)
            entry.add("cumulative_sqnr_db", layer.accumulated.decibels)
            return entry
          })
        network.ranking?.add(to: &entry)
        if let ranking = figures.pictureRanking(index) {
          entry.add("picture_ranking", object(ranking))
        }
        if let isCloser = figures.results[index].isCloser(than: figures.seedResults) {
          entry.add("closer_than_seeds", isCloser)
        }
        let chance = figures.chances[index]
        entry.add("picture", Self.object(chance))
        entry.add("group", Self.group(figures.group(index), chance.ownDistance))
        entry.add("nearby", figures.quantizedNearby[index].map(object))
        entry.add("verdict", Verdict(figures.quantized[index].run.name, chance).sentence)
        return entry
      })
    document.add(
      "seeds",
      figures.seeds.indices.map { index in
        var entry = object(figures.seeds[index])
        add(figures.seedResults[index], to: &entry)
        return entry
      })
    provenance.add(to: &document)
    document.add("seconds", seconds)
    document.add("peak_bytes", peakBytes)
    return document
  }

  private func object(_ ranking: PictureRanking) -> JSONObject {
    var entry = JSONObject()
    entry.add("floor", ranking.floor)
    entry.add("range", ranking.range.map { [$0.lowerBound, $0.upperBound] } ?? [])
    entry.add("verdict", ranking.sentence)
    entry.add(
      "layers",
      ranking.layers.map { layer in
        var entry = object(layer.run)
        entry.add("layer", layer.name)
        entry.add("difference", layer.difference)
        entry.add("within_chance", ranking.isWithinChance(layer))
        add(layer.result, to: &entry)
        return entry
      })
    return entry
  }

  private func object(_ figures: RunFigures) -> JSONObject {
    var entry = JSONObject()
    entry.add("name", figures.run.name)
    entry.add("weights", figures.run.weights.name)
    add(figures.run.start, to: &entry)
    entry.add("total", figures.result.total)
    entry.add("content", figures.result.content)
    entry.add("style", figures.result.style)
    entry.add(
      "costs",
      figures.costs.map { sample in
        var entry = JSONObject()
        entry.add("step", sample.step)
        entry.add("total", sample.values.total)
        entry.add("content", sample.values.content)
        entry.add("style", sample.values.style)
        return entry
      })
    entry.add(
      "terms",
      figures.terms.map { term in
        var entry = term.json
        entry.add("share", term.share(of: figures.result.total))
        return entry
      })
    if transfer.stop != nil { entry.add("steps", figures.measures.steps) }
    entry.add("step_ms", 1000 * figures.measures.stepSeconds)
    entry.add("peak_bytes", figures.measures.peakBytes)
    entry.add("weight_bytes", figures.measures.weightBytes)
    entry.add("plan", figures.measures.plan)
    return entry
  }

  /// Adds what the run starts from; the seed is that of noise, null where there is none.
  private func add(_ start: RunStart, to entry: inout JSONObject) {
    switch start {
    case .noise(let seed):
      entry.add("start", "noise")
      entry.add("seed", Int(seed))
    case .given, .nearby:
      entry.add("start", options.transfer.startName)
      entry.add("seed", options.transfer.startsFromNoise ? Int(options.transfer.seed) : nil)
    }
    if case .nearby(let seed) = start { entry.add("nearby_seed", Int(seed)) }
  }

  private func add(_ result: ResultFigures, to entry: inout JSONObject) {
    entry.add("total_change", result.totalChange)
    entry.add("content_change", result.contentChange)
    entry.add("style_change", result.styleChange)
    entry.add("psnr_db", result.difference?.peakSignalToNoise)
    entry.add("ssim", result.similarity)
    entry.add("ms_ssim", result.multiScale)
    entry.add("mean_difference", result.difference?.mean)
    entry.add("median_difference", result.difference?.percentile(0.5))
    entry.add("p99_difference", result.difference?.percentile(0.99))
    entry.add("largest_difference", result.difference?.largest)
    if let worst = result.difference?.worst {
      var place = JSONObject()
      place.add("x", worst.x)
      place.add("y", worst.y)
      place.add("channel", ["red", "green", "blue"][worst.channel])
      place.add("value", Int(worst.first))
      place.add("float32_value", Int(worst.second))
      entry.add("worst", place)
    }
    entry.add("gram_error", layers("error", result.gramErrors))
  }

  /// What of the difference is chance.
  private static func object(_ chance: ChanceFigures) -> JSONObject {
    var entry = JSONObject()
    entry.add("difference", chance.cost.difference)
    entry.add(
      "interval", chance.cost.interval.map { [$0.lowerBound, $0.upperBound] } ?? [])
    entry.add("floor", chance.cost.floor)
    entry.add("within_chance", chance.cost.isWithinChance)
    entry.add("runs", chance.count)
    add(chance.distance, "", to: &entry)
    add(chance.floatDistance, "_floor", to: &entry)
    entry.add("p", chance.probability)
    entry.add("picture_within_chance", chance.isPictureWithinChance)
    return entry
  }

  /// The mean cost of runs from nearby starts, how it varies, and how far their pictures lie apart.
  private static func group(_ runs: [RunFigures], _ distance: MeanDistance?) -> JSONObject {
    var entry = JSONObject()
    entry.add("runs", runs.count)
    for (key, pick) in costs {
      let values = runs.map { pick($0.result) }
      let mean = values.reduce(0, +) / Double(values.count)
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      entry.add("\(key)_mean", mean)
      entry.add(
        "\(key)_deviation",
        values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : nil)
    }
    add(distance, "", to: &entry)
    return entry
  }

  private static var costs: [(key: String, pick: (LossValues) -> Double)] {
    [("total", { $0.total }), ("content", { $0.content }), ("style", { $0.style })]
  }

  private static func add(
    _ distance: MeanDistance?, _ suffix: String, to entry: inout JSONObject
  ) {
    entry.add("ssim" + suffix, distance?.similarity)
    entry.add("psnr_db" + suffix, distance?.peakSignalToNoise)
    entry.add("mean_difference" + suffix, distance?.mean)
  }

  private func layers(_ key: String, _ values: [Double]) -> [JSONObject] {
    zip(transfer.settings.styleLayers, values).map { layer, value in
      var entry = JSONObject()
      entry.add("layer", layer.layer.description)
      entry.add(key, value)
      return entry
    }
  }

  private static func point(_ step: Int, _ key: String, _ value: Double) -> JSONObject {
    var entry = JSONObject()
    entry.add("step", step)
    entry.add(key, value)
    return entry
  }
}
