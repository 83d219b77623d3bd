internal import CommandOptions
internal import QualityReport
internal import QuantVGG
internal import StyleTransfer

extension LayerRanking {
  /// Adds it to an int8 network's figures.
  func add(to entry: inout JSONObject) {
    entry.add("gradient_error", plain.json)
    entry.add(
      "float_layers",
      layers.map { layer in
        var entry = JSONObject()
        entry.add("layer", layer.layer.description)
        entry.add("alone", layer.alone.json)
        entry.add("through", layer.through.json)
        return entry
      })
  }

  /// A row for none and for each layer: its name, and the errors in thousandths, those at the start first.
  private var rows: [(name: String, values: [String])] {
    func row(_ name: String, _ alone: Errors, _ through: Errors) -> (String, [String]) {
      let errors = [alone.start, alone.picture, through.start, through.picture]
      return (name, errors.compactMap { $0.map { Format.fixed(1000 * $0, digits: 2) } })
    }
    return [row("none", plain, plain)]
      + layers.map { row($0.layer.description, $0.alone, $0.through) }
  }

  /// A table for a page.
  var table: String {
    var table = Table([
      "in float32", "alone, start", "alone, result", "up to it, start", "up to it, result",
    ])
    for row in rows { table.add(row.name, "", row.values.map { Optional($0) }) }
    return table.html
  }

  /// A table for a terminal, of the start.
  var text: String {
    func line(_ name: String, _ cells: [String]) -> String {
      Format.padded(name, 12) + cells.map { Format.aligned($0, 10) }.joined() + "\n"
    }
    return "1 - cosine of the gradient to float32's at the start, in thousandths:\n"
      + line("in float32", ["alone", "up to it"])
      + rows.map { line($0.name, $0.values) }.joined()
  }
}

extension LayerRanking.Errors {
  fileprivate var json: JSONObject {
    var entry = JSONObject()
    entry.add("start", start)
    entry.add("result", picture)
    return entry
  }
}
