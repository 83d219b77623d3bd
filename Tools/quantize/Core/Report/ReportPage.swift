internal import CommandOptions
internal import FileNames
internal import QualityReport
internal import QuantVGG
internal import StyleTransfer

extension ConversionReport {
  /// The report as an HTML page that needs no network and no script.
  package func page(_ facts: ReportFacts) -> String {
    var text =
      HTML.head("What int8 costs") + "<main>"
      + "<p class=\"verdict\">\(HTML.escape(check.verdict.sentence))</p>"
      + "<p class=\"quiet\">\(HTML.escape(facts.output.description))</p>"
    if !transfers.isEmpty { text += transferTables }
    text += charts + "<section><h2>Layers</h2><p class=\"quiet\">int8 beside float32, on "
    text += "calibration pictures and on noise.</p>\(check.tables)</section>"
    var entries = [("source", facts.source), ("source_sha256", facts.sourceHash)]
    // The key `source` of the metadata is the network, as the file of weights has it.
    entries += facts.metadata.map { ($0.key == "source" ? "network" : $0.key, $0.value) }
    return text + "<section><h2>How it was made</h2>\(HTML.list(entries))</section>"
      + "</main></body></html>\n"
  }

  private static func name(_ pooling: Pooling) -> String {
    pooling == .average ? "average pooling" : "maximum pooling"
  }

  // MARK: Layers

  private var charts: String {
    var text = "<section><h2>Signal to quantization noise</h2><div class=\"pair wide\">"
    for run in check.runs {
      let layers = run.passes[0].layers
      func curve(_ name: String, _ style: String, _ value: (Int) -> SignalAgreement) -> Curves.Curve
      {
        Curves.Curve(
          name, style: style,
          points: layers.indices.map { index in
            let decibels = value(index).decibels
            return (index, decibels.isFinite ? decibels : .nan)
          })
      }
      let curves = [
        curve("weights", "one") { run.weights[$0].agreement },
        curve("activations, layer alone", "two") { layers[$0].alone },
        curve("activations, all layers", "three") { layers[$0].accumulated },
      ]
      let most = curves.flatMap { $0.points.map(\.1) }.filter { $0.isFinite }.max() ?? 0
      // Four steps of 5 dB or a multiple.
      let high = max(1, (most / 20).rounded(.up)) * 20
      let title = "Signal to noise by layer, \(Self.name(run.pooling))"
      let chart = Curves(
        title, curves, values: "dB", isLogarithmic: false, limits: 0...high,
        labels: layers.map { "\($0.layer.block)_\($0.layer.place)" }
      ).html
      text += "<figure class=\"chart\"><figcaption><strong>\(title)</strong>Higher is better."
      text += "</figcaption>\(chart)</figure>"
    }
    return text + "</div></section>"
  }

  // MARK: Transfers

  private var transferTables: String {
    let first = transfers[0]
    var costs = Table(
      ["transfer", "J at start"] + first.cosines.map { "cosine, step \($0.step)" }
        + (first.end == nil ? [] : ["J, step \(first.steps)"]))
    var grams = Table(["transfer"] + first.gramErrors.map(\.layer.description))
    for transfer in transfers {
      let name = "\(transfer.name), \(transfer.pooling.rawValue)"
      costs.add(
        name, "",
        [Shown.change(transfer.start.change)]
          + transfer.cosines.map { Shown.cosine($0.value) }
          + (transfer.end.map { [Shown.change($0.change)] } ?? []))
      grams.add(name, "", transfer.gramErrors.map { Shown.percent($0.value) })
    }
    if transfers.count > 1 {
      func mean(_ value: (TransferFigures) -> Double) -> Double {
        transfers.reduce(0) { $0 + value($1) } / Double(transfers.count)
      }
      costs.add(
        "mean (of sizes, for J)", "",
        [Shown.percent(mean { abs($0.start.change) })]
          + first.cosines.indices.map { index in
            Shown.cosine(mean { $0.cosines[index].value })
          }
          + (first.end == nil ? [] : [Shown.percent(mean { abs($0.end?.change ?? 0) })]))
      grams.add(
        "mean", "",
        first.gramErrors.indices.map { index in
          Shown.percent(mean { $0.gramErrors[index].value })
        })
    }
    var text = "<section><h2>Whole transfers, against float32</h2><p class=\"quiet\">J at start: "
    text += "the total cost of the same image by both networks. Cosine: between both networks' "
    text += "image gradients on images of the float32 run; 1 is the same direction."
    if first.end != nil {
      text += " J, step \(first.steps): int8's result against float32's, both scored in float32."
    }
    text += "</p>\(costs.html)<h2>Gram matrices of the start image</h2><p class=\"quiet\">How far "
    return text + "int8's are from float32's; lower is closer.</p>\(grams.html)</section>"
  }
}
