internal import CommandOptions
internal import FileNames
internal import QualityReport
internal import QuantVGG

extension ConversionReport {
  /// The report as an HTML page that needs no network and no script.
  package func page(_ facts: ReportFacts) -> String {
    var text =
      HTML.head("What int8 costs") + "<main>"
      + "<p class=\"quiet\">\(HTML.escape(facts.output.description))</p>"
    if !transfers.isEmpty { text += transferTables }
    text += charts + "<section><h2>Weights</h2>\(weightTable)</section><div class=\"pair wide\">"
    for pooling in poolings {
      text += "<section><h2>Activations, \(Self.name(pooling))</h2>"
      text += outputTable(pooling) + "</section>"
    }
    var entries = [("source", facts.source), ("source_sha256", facts.sourceHash)]
    // The key `source` of the metadata is the network, as the file of weights has it.
    entries += facts.metadata.map { ($0.key == "source" ? "network" : $0.key, $0.value) }
    entries.append(("activations", "compared on \(pictureCount) calibration pictures"))
    return text + "</div><section><h2>How it was made</h2>\(HTML.list(entries))</section>"
      + "</main></body></html>\n"
  }

  private var poolings: [Pooling] { Pooling.allCases.filter { layers[0].outputs[$0] != nil } }

  private static func name(_ pooling: Pooling) -> String {
    pooling == .average ? "average pooling" : "maximum pooling"
  }

  // MARK: Layers

  private var charts: String {
    var text = "<section><h2>Signal to quantization noise</h2><div class=\"pair wide\">"
    let places = layers.indices
    func curve(_ name: String, _ style: String, _ value: (LayerFigures) -> Double?) -> Curves.Curve
    {
      Curves.Curve(name, style: style, points: places.map { ($0, value(layers[$0]) ?? .nan) })
    }
    let finite = layers.flatMap { layer in
      [layer.weightSignalToNoise] + layer.outputs.values.flatMap { [$0.local, $0.cumulative] }
    }.filter { $0.isFinite }
    // Four steps of 5 dB or a multiple.
    let high = max(1, ((finite.max() ?? 0) / 20).rounded(.up)) * 20
    for pooling in poolings {
      let curves = [
        curve("weights", "one") { $0.weightSignalToNoise },
        curve("activations, own rounding", "two") { $0.outputs[pooling]?.local },
        curve("activations, all layers", "three") { $0.outputs[pooling]?.cumulative },
      ]
      let title = "Signal to noise by layer, \(Self.name(pooling))"
      let chart = Curves(
        title, curves, values: "dB", isLogarithmic: false, limits: 0...high,
        labels: layers.map { "\($0.name.block)_\($0.name.place)" }
      ).html
      text += "<figure class=\"chart\"><figcaption><strong>\(title)</strong>Higher is better."
      text += "</figcaption>\(chart)</figure>"
    }
    return text + "</div></section>"
  }

  private var weightTable: String {
    var table = Table(["layer", "SQNR, dB", "least scale", "largest scale", "least channel scale"])
    for layer in layers {
      table.add(
        layer.name.description, "",
        [
          Shown.decibels(layer.weightSignalToNoise), Shown.scale(layer.weightScales.lowerBound),
          Shown.scale(layer.weightScales.upperBound), Shown.scale(layer.channelScales.lowerBound),
        ])
    }
    return
      "<p class=\"quiet\">SQNR: signal to quantization noise, higher is better. A weight is its 8-bit number times the "
      + "scale of its output channel, of which the least and the largest are shown. Channel scales divide a "
      + "channel's activations before they are rounded.</p>" + table.html
  }

  private func outputTable(_ pooling: Pooling) -> String {
    var table = Table(["layer", "own, dB", "all, dB", "clipped", "scale"])
    for layer in layers {
      guard let output = layer.outputs[pooling] else { continue }
      table.add(
        layer.name.description, "",
        [
          Shown.decibels(output.local), Shown.decibels(output.cumulative),
          Shown.percent(output.clipped), Shown.scale(output.scale),
        ])
    }
    return
      "<p class=\"quiet\">Own: signal to noise of float32 activations rounded to the layer's 8 bits. All: of those that the "
      + "int8 network has, with the errors of all layers before. Clipped: the share at 255. Scale: the value of one step.</p>"
      + table.html
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
