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
  let seconds: Double
  let peakBytes: Int

  var text: String {
    let options = options.transfer
    var document = JSONObject()
    document.add("version", QStyle.version)
    document.add("content", options.content.description)
    document.add("style", options.styles[0].path.description)
    document.add("styles", options.styles.map { $0.json })
    document.add("width", transfer.resultSize.width)
    document.add("height", transfer.resultSize.height)
    document.add("steps", options.steps)
    document.add("optimizer", transfer.optimizer.method.rawValue)
    document.add("state", transfer.optimizer.state.rawValue)
    document.add("pool", transfer.pooling.rawValue)
    document.add("content_weight", transfer.settings.contentWeight)
    document.add("style_weight", transfer.settings.styleWeight)
    document.add("threads", options.shared.threads)
    document.add("isa", options.shared.instructionSet.rawValue)
    document.add("float32", object(figures.float))
    document.add(
      "int8",
      figures.quantized.indices.map { index in
        var entry = object(figures.quantized[index])
        add(figures.results[index], to: &entry)
        let network = figures.networks[index]
        entry.add(
          "gradient_cosine", network.cosines.map { Self.point($0.step, "cosine", $0.value) })
        entry.add("network_gram_error", layers("error", network.gramErrors))
        entry.add(
          "activations",
          network.activations.map { layer in
            var entry = JSONObject()
            entry.add("layer", layer.layer.description)
            entry.add("local_sqnr_db", layer.local)
            entry.add("cumulative_sqnr_db", layer.cumulative)
            return entry
          })
        let verdict = Verdict(figures.results[index], seeds: figures.seedResults)
        if let isCloser = verdict.isCloserThanSeeds { entry.add("closer_than_seeds", isCloser) }
        entry.add("verdict", verdict.sentence)
        return entry
      })
    document.add(
      "seeds",
      figures.seeds.indices.map { index in
        var entry = object(figures.seeds[index])
        add(figures.seedResults[index], to: &entry)
        return entry
      })
    document.add("seconds", seconds)
    document.add("peak_bytes", peakBytes)
    return document.text + "\n"
  }

  private func object(_ figures: RunFigures) -> JSONObject {
    var entry = JSONObject()
    entry.add("name", figures.run.name)
    entry.add("weights", figures.run.weights.name)
    entry.add("seed", Int(figures.run.seed))
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
    entry.add("step_ms", 1000 * figures.measures.stepSeconds)
    entry.add("peak_bytes", figures.measures.peakBytes)
    entry.add("weight_bytes", figures.measures.weightBytes)
    entry.add("plan", figures.measures.plan)
    return entry
  }

  private func add(_ result: ResultFigures, to entry: inout JSONObject) {
    entry.add("total_change", result.totalChange)
    entry.add("content_change", result.contentChange)
    entry.add("style_change", result.styleChange)
    entry.add("psnr_db", result.difference?.peakSignalToNoise)
    entry.add("ssim", result.similarity)
    entry.add("ms_ssim", result.multiScale)
    entry.add("mean_difference", result.difference?.mean)
    entry.add("largest_difference", result.difference?.largest ?? 0)
    entry.add("gram_error", layers("error", result.gramErrors))
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
