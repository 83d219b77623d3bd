internal import CommandOptions
internal import FileNames
internal import QualityReport
internal import QuantVGG
internal import StyleTransfer

extension ConversionReport {
  /// The report as a JSON document under names that stay; what is not finite is null.
  package func json(_ facts: ReportFacts) -> String {
    var document = JSONObject()
    document.add("output", facts.output.description)
    document.add("source", facts.source)
    document.add("source_sha256", facts.sourceHash)
    var metadata = JSONObject()
    for (key, value) in facts.metadata { metadata.add(key, value) }
    document.add("metadata", metadata)
    var verdict = JSONObject()
    verdict.add("arithmetic", check.verdict.json)
    document.add("verdict", verdict)
    document.add("arithmetic", check.json)
    document.add("pictures", pictureCount)
    document.add("layers", check.runs[0].weights.indices.map(layer))
    if !transfers.isEmpty { document.add("transfers", transfers.map(Self.entry)) }
    return document.text + "\n"
  }

  /// A layer's weights, and by pooling what rounding costs its activations on the pictures.
  private func layer(_ index: Int) -> JSONObject {
    let weights = check.runs[0].weights[index]
    var entry = JSONObject()
    entry.add("layer", weights.layer.description)
    entry.add("weight_sqnr_db", weights.agreement.decibels)
    entry.add("weight_scale_min", weights.scales.lowerBound)
    entry.add("weight_scale_max", weights.scales.upperBound)
    entry.add("channel_scale_min", weights.channelScales.lowerBound)
    entry.add("channel_scale_max", weights.channelScales.upperBound)
    for run in check.runs {
      let output = run.passes[0].layers[index]
      var figures = JSONObject()
      figures.add("activation_scale", run.weights[index].activationScale)
      figures.add("local_sqnr_db", output.rounding.decibels)
      figures.add("cumulative_sqnr_db", output.accumulated.decibels)
      figures.add("clipped_share", output.clipped)
      entry.add(run.pooling.rawValue, figures)
    }
    return entry
  }

  private static func entry(_ transfer: TransferFigures) -> JSONObject {
    var entry = JSONObject()
    entry.add("name", transfer.name)
    entry.add("pool", transfer.pooling.rawValue)
    entry.add("J0_float32", transfer.start.float32)
    entry.add("J0_int8", transfer.start.int8)
    entry.add("J0_rel", abs(transfer.start.change))
    entry.add(
      "gradient_cosine",
      transfer.cosines.map { sample in
        JSONObject {
          $0.add("step", sample.step)
          $0.add("cosine", sample.value)
        }
      })
    entry.add(
      "gram_error",
      transfer.gramErrors.map { error in
        JSONObject {
          $0.add("layer", error.layer.description)
          $0.add("error", error.value)
        }
      })
    if let end = transfer.end {
      entry.add("steps", transfer.steps)
      entry.add("J_end_float32", end.float32)
      entry.add("J_end_int8", end.int8)
      entry.add("J_end_change", end.change)
    }
    return entry
  }
}

extension JSONObject {
  fileprivate init(_ build: (inout JSONObject) -> Void) {
    self.init()
    build(&self)
  }
}
