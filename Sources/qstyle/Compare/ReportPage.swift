internal import CommandOptions
internal import FileNames
internal import ImageIO
internal import Optim
internal import QualityReport
internal import QuantVGG
internal import StyleTransfer

/// `report.html`: one file that needs no network and no script.
struct ReportPage {
  let options: CompareOptions
  let transfer: Transfer
  let figures: Figures
  let pictures: ReportPictures

  /// Writes the page part by part, pictures included.
  func write(to path: FilePath) throws(Failure) {
    let file = try OutputFile(path)
    try file.write(head)
    let float = try Picture(pictures.float, .png)
    for index in pictures.quantized.indices {
      let name = figures.quantized[index].run.name
      let own = try Picture(pictures.quantized[index], .png)
      try file.write("<section><h2>float32 and \(HTML.escape(name))</h2><div class=\"pair wide\">")
      try float.write(to: file, caption: "float32")
      try own.write(to: file, caption: name)
      try file.write("</div></section>")
      try writeSlider(to: file, float, own, name: name, index: index)
      try file.write("<section><h2>Where they differ</h2>")
      let map = try Picture(pictures.maps[index], .png)
      try map.write(to: file, caption: "Largest difference of red, green and blue, in grey levels")
      try file.write(scale(width: pictures.float.size.width) + "</section>")
    }
    try file.write("<section><h2>Photo and painting</h2><div class=\"pair\">")
    try Picture(pictures.content, .jpeg).write(to: file, caption: "Photo")
    for style in pictures.styles { try Picture(style, .jpeg).write(to: file, caption: "Painting") }
    try file.write("</div></section>" + charts + tables + circumstances + "</body></html>\n")
    try file.commit()
  }

  /// A picture that stands in the page itself.
  private struct Picture {
    private let size: ImageSize
    private let format: ImageFormat
    private let text: [UInt8]

    init(_ image: PixelImage, _ format: ImageFormat) throws(Failure) {
      size = image.size
      self.format = format
      text = Base64.encode(try image.encoded(format))
    }

    /// An element with a caption.
    func write(to file: borrowing OutputFile, caption: String) throws(Failure) {
      try file.write("<figure>")
      try write(to: file, text: caption, style: "")
      try file.write("<figcaption>\(HTML.escape(caption))</figcaption></figure>")
    }

    func write(
      to file: borrowing OutputFile, text description: String, style: String
    ) throws(Failure) {
      let type = format == .png ? "png" : "jpeg"
      try file.write(
        "<img class=\"\(style)\" width=\"\(size.width)\" height=\"\(size.height)\" "
          + "alt=\"\(HTML.escape(description))\" src=\"data:image/\(type);base64,")
      try file.write(text)
      try file.write("\">")
    }
  }

  private var head: String {
    let verdicts = figures.results.map {
      "<p class=\"verdict\">\(HTML.escape(Verdict($0, seeds: figures.seedResults).sentence))</p>"
    }
    return HTML.head("int8 against float32") + verdicts.joined()
  }

  /// Radio buttons in a row move the border between both pictures, by touch, mouse or arrow keys.
  private func writeSlider(
    to file: borrowing OutputFile, _ float: borrowing Picture, _ own: borrowing Picture,
    name: String, index: Int
  ) throws(Failure) {
    var text =
      "<section style=\"max-width:\(pictures.float.size.width)px\"><fieldset class=\"slider\"><legend>One over the other: choose a place for the border"
      + "</legend>"
    for stop in 0..<PageStyle.stops {
      let isMiddle = stop == PageStyle.stops / 2
      text +=
        "<input type=\"radio\" name=\"border-\(index)\"\(isMiddle ? " checked" : "") "
        + "aria-label=\"float32 up to \(PageStyle.place(stop))\">"
    }
    try file.write(text + "<div class=\"frame\"><div>")
    try own.write(to: file, text: name, style: "")
    try float.write(to: file, text: "float32", style: "top")
    try file.write(
      "<span class=\"bar\"></span></div></div><p class=\"ends\"><span>left: float32</span>"
        + "<span>right: \(HTML.escape(name))</span></p></fieldset></section>")
  }

  private func scale(width: Int) -> String {
    let stops = (0...10).map { stop in
      let color = DifferenceMap.color(Double(stop) / 10)
      return "rgb(\(color.red),\(color.green),\(color.blue))"
    }
    return "<div style=\"max-width:\(width)px\"><div class=\"scale\" style=\"background:"
      + "linear-gradient(90deg,\(stops.joined(separator: ",")))\"></div><p class=\"ends\">"
      + "<span>0</span><span>\(DifferenceMap.range / 2)</span>"
      + "<span>\(DifferenceMap.range) or more</span></p></div>"
  }

  private static let styles = ["two", "three", "four"]

  private var charts: String {
    let styles = Self.styles
    func curve(_ run: RunFigures, _ style: String) -> Curves.Curve {
      Curves.Curve(
        run.run.name, style: style, points: run.costs.map { ($0.step, $0.values.total) })
    }
    let costs =
      [curve(figures.float, "one")]
      + figures.quantized.enumerated().map { curve($1, styles[$0 % styles.count] + " dashed") }
    let cosines = figures.networks.enumerated().map { index, network in
      Curves.Curve(
        figures.quantized[index].run.name, style: styles[index % styles.count],
        points: network.cosines.map { ($0.step, $0.value) })
    }
    return "<section><h2>Along the runs</h2><div class=\"pair wide\"><figure class=\"chart\">"
      + Curves("Total cost over steps", costs, isLogarithmic: true, limits: nil).svg
      + "<figcaption>Total cost of each run's images, by the float32 network</figcaption></figure>"
      + "<figure class=\"chart\">"
      + Curves("Gradient cosine over steps", cosines, isLogarithmic: false, limits: 0.9...1).svg
      + "<figcaption>Cosine between both networks' image gradients on the int8 run's images"
      + "</figcaption></figure></div></section>"
  }

  private var tables: String {
    let tables = ReportTables(figures: figures, settings: transfer.settings)
    var text = "<section><h2>Figures</h2>\(tables.summary)</section>"
    text +=
      "<section><h2>Style layers</h2><p class=\"quiet\">How far a result's Gram matrix is from that "
      + "of float32's result, both by the float32 network; lower is closer.</p>\(tables.layers)</section>"
    for (index, run) in figures.quantized.enumerated() {
      text +=
        "<section><h2>Inside \(HTML.escape(run.run.name))</h2><p class=\"quiet\">Signal to quantization "
        + "noise of the activations on float32's result, higher is better: what rounding to 8 bits costs "
        + "in the layer itself, and with all layers before. Gram error: both networks on the int8 "
        + "result, lower is better.</p>\(tables.network(index))</section>"
    }
    return text
  }

  private var circumstances: String {
    let options = options.transfer
    var entries = [
      ("photo", options.content.lastComponent.description),
      ("painting", options.styles.map { $0.text }.joined(separator: ", ")),
      ("size", "\(transfer.resultSize.width)x\(transfer.resultSize.height) pixels"),
      ("steps", "\(options.steps) of \(transfer.optimizer.method.rawValue)"),
      ("pooling", transfer.pooling.rawValue),
      (
        "machine",
        "\(Format.count(options.shared.threads, "thread")), \(options.shared.instructionSet.rawValue)"
      ),
      ("program", "qstyle \(QStyle.version)"),
    ]
    for run in figures.quantized + [figures.float] + figures.seeds {
      entries.append(
        (
          run.run.name,
          "\(FilePath(run.run.weights.name).lastComponent), plan \(run.measures.plan), seed \(run.run.seed)"
        ))
    }
    return "<section><h2>How it was made</h2>\(HTML.list(entries))</section>"
  }
}
