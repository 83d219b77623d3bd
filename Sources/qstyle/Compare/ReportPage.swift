internal import CommandOptions
internal import FileNames
internal import ImageIO
internal import QualityReport
internal import QuantVGG
internal import StyleTransfer

/// `report.html`: one file that needs no network and no script.
struct ReportPage {
  let options: CompareOptions
  let transfer: Transfer
  let figures: Figures
  let pictures: ReportPictures
  let provenance: Provenance

  /// Writes the page part by part, pictures included.
  func write(to path: FilePath) throws(Failure) {
    let file = try OutputFile(path)
    try file.write(head)
    let float = try EmbeddedPicture(pictures.float, .png)
    for index in pictures.quantized.indices {
      try writePictures(of: index, float, to: file)
    }
    try file.write(
      "<section><h2>Photo and painting</h2>" + PictureParts.begin("source", layout: "pair wide"))
    try EmbeddedPicture(pictures.content, .jpeg).write(to: file, caption: "Photo")
    for style in pictures.styles {
      try EmbeddedPicture(style, .jpeg).write(to: file, caption: "Painting")
    }
    try file.write(
      PictureParts.end + "</section>" + tables + provenance.html + "</main></body></html>\n")
    try file.commit()
  }

  private var head: String {
    let arithmetic = figures.networks.map {
      "<p class=\"verdict\">\(HTML.escape($0.arithmetic.verdict.sentence))</p>"
    }
    let verdicts = zip(figures.quantized, figures.chances).map {
      "<p class=\"verdict\">\(HTML.escape(Verdict($0.run.name, $1).sentence))</p>"
    }
    let tables = ReportTables(figures: figures, settings: transfer.settings)
    return HTML.head("int8 against float32") + "<main>" + arithmetic.joined() + verdicts.joined()
      + "<section><h2>How much is chance</h2><p>\(starts) k, M, G and T stand for 10³, 10⁶, 10⁹ and 10¹².</p>"
      + ReportCharts(figures: figures).html + tables.chances + "</section>"
  }

  private var starts: String {
    guard !options.nearby.isEmpty else {
      return
        "Each network has painted once. How much of the difference is chance, runs from nearby starts would tell: "
        + "--nearby 3."
    }
    return
      "Both networks paint from the same start, and from \(Format.count(options.nearby.count, "other")) whose values "
      + "differ from it by at most one grey level of 255. What such a change makes of a result is chance, and a difference "
      + "that is no larger tells nothing about the arithmetic."
  }

  private func writePictures(
    of index: Int, _ float: borrowing EmbeddedPicture, to file: borrowing OutputFile
  ) throws(Failure) {
    let name = figures.quantized[index].run.name
    let own = try EmbeddedPicture(pictures.quantized[index], .png)
    try file.write(
      "<section><h2>float32 and \(HTML.escape(name))</h2>"
        + PictureParts.begin("results-\(index)", layout: "pair wide"))
    try float.write(to: file, caption: "float32")
    try own.write(to: file, caption: name)
    try file.write(PictureParts.end)
    try PictureParts.writeSlider(to: file, float, own, name: name, index: index)
    try file.write(
      "</section><section><h2>Where float32 and \(HTML.escape(name)) differ</h2>"
        + PictureParts.begin("differences-\(index)", layout: "pair wide"))
    let map = DifferenceMap.image(pictures.float, pictures.quantized[index])
    try EmbeddedPicture(map, .png).write(
      to: file, caption: "Largest difference of red, green and blue")
    let amplified = DifferenceMap.amplified(pictures.float, pictures.quantized[index])
    try EmbeddedPicture(amplified, .png).write(
      to: file,
      caption: "Difference of each colour, \(DifferenceMap.factor) times as bright")
    try file.write(
      PictureParts.end + PictureParts.scale
        + ReportTables(figures: figures, settings: transfer.settings).difference(index)
        + "</section>")
  }

  private var tables: String {
    let tables = ReportTables(figures: figures, settings: transfer.settings)
    var text = "<section><h2>Figures of the given start</h2>\(tables.summary)</section>"
    text +=
      "<section><h2>Style layers</h2><p class=\"quiet\">How far a result's Gram matrix is from that "
      + "of float32's result, both by the float32 network; lower is closer.</p>\(tables.layers)</section>"
    for (index, run) in figures.quantized.enumerated() {
      text +=
        "<section><h2>Inside \(HTML.escape(run.run.name))</h2><p class=\"quiet\">The int8 "
        + "network beside float32's, layer by layer, on the two pictures and on noise.</p>\(tables.network(index))</section>"
      let name = HTML.escape(run.run.name)
      if let ranking = figures.networks[index].ranking {
        text +=
          "<section><h2>Layers of \(name) in float32</h2><p class=\"quiet\">A thousand times the "
          + "error of the image's gradient, 1 − cosine to float32's, at the start and on float32's result; lower is "
          + "better: with one layer in float32 (--float-layers), and with all layers up to it.</p>\(ranking.table)</section>"
      }
      if let ranking = figures.pictureRanking(index) {
        text +=
          "<section><h2>Pictures of \(name) with a layer in float32</h2><p>\(HTML.escape(ranking.sentence))</p>"
          + "<p class=\"quiet\">J of the result by the float32 network, its difference to the mean of all runs of \(name), and "
          + "the likeness to float32's picture, from the same start.</p>\(ranking.table)</section>"
      }
    }
    return text
  }
}
