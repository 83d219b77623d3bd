internal import CommandOptions
internal import ImageIO
internal import QualityReport

/// A picture that stands in the page itself.
struct EmbeddedPicture {
  private let size: ImageSize
  private let format: ImageFormat
  private let text: [UInt8]

  init(_ image: PixelImage, _ format: ImageFormat) throws(Failure) {
    size = image.size
    self.format = format
    text = Base64.encode(try image.encoded(format))
  }

  /// An element with a caption, in a frame that can be scrolled where the picture is enlarged.
  func write(to file: borrowing OutputFile, caption: String) throws(Failure) {
    let name = HTML.escape(caption)
    try file.write(
      "<figure><div class=\"frame\" tabindex=\"0\" role=\"group\" aria-label=\"\(name)\">")
    try write(to: file, text: caption, style: "")
    try file.write("</div><figcaption>\(name)</figcaption></figure>")
  }

  /// The picture alone.
  func write(
    to file: borrowing OutputFile, text description: String, style: String
  ) throws(Failure) {
    let type = format == .png ? "png" : "jpeg"
    try file.write(
      "<img\(style.isEmpty ? "" : " class=\"\(style)\"") width=\"\(size.width)\" height=\"\(size.height)\" "
        + "style=\"--w:\(size.width)\" alt=\"\(HTML.escape(description))\" src=\"data:image/\(type);base64,"
    )
    try file.write(text)
    try file.write("\">")
  }
}

/// The parts of the page that pictures stand in.
enum PictureParts {
  /// Begins a set of pictures that are shown as wide as the page lets them, or a pixel of theirs on one or on 4x4 of the
  /// screen's.
  ///
  /// - Parameters:
  ///   - name: of the set, of which a page has one each.
  ///   - layout: the classes of the pictures' grid.
  /// - Returns: the elements, which `end` closes.
  static func begin(_ name: String, layout: String) -> String {
    var text = "<fieldset class=\"zoom\"><legend>Size of the pictures</legend>"
    let choices = [("fit", "to fit"), ("one-to-one", "1:1"), ("larger", "4:1, pixel by pixel")]
    for (index, (style, label)) in choices.enumerated() {
      let id = "zoom-\(name)-\(index)"
      text +=
        "<input type=\"radio\" name=\"zoom-\(name)\" id=\"\(id)\" class=\"\(style)\""
        + "\(index == 0 ? " checked" : "")><label for=\"\(id)\">\(label)</label>"
    }
    return text + "<div class=\"\(layout)\">"
  }

  static let end = "</div></fieldset>"

  /// Radio buttons in a row move the border between both pictures, by touch, mouse or arrow keys.
  static func writeSlider(
    to file: borrowing OutputFile, _ float: borrowing EmbeddedPicture,
    _ own: borrowing EmbeddedPicture, name: String, index: Int
  ) throws(Failure) {
    var text =
      "<fieldset class=\"slider\"><legend>One over the other: choose a place for the border</legend>"
    for stop in 0..<PageStyle.stops {
      let isMiddle = stop == PageStyle.stops / 2
      text +=
        "<input type=\"radio\" name=\"border-\(index)\"\(isMiddle ? " checked" : "") "
        + "aria-label=\"float32 up to \(PageStyle.place(stop))\">"
    }
    try file.write(text + "<div class=\"over\">")
    try own.write(to: file, text: name, style: "")
    try float.write(to: file, text: "float32", style: "top")
    try file.write(
      "<span class=\"bar\"></span></div><p class=\"ends\"><span>left: float32</span>"
        + "<span>right: \(HTML.escape(name))</span></p></fieldset>")
  }

  /// What the colours of the difference map stand for.
  static var scale: String {
    let stops = (0...10).map { stop in
      let color = DifferenceMap.color(Double(stop) / 10)
      return "rgb(\(color.red),\(color.green),\(color.blue))"
    }
    return
      "<div class=\"scale\" style=\"background:linear-gradient(90deg,\(stops.joined(separator: ",")))\">"
      + "</div><p class=\"ends\"><span>0</span><span>\(DifferenceMap.range / 2)</span>"
      + "<span>\(DifferenceMap.range) grey levels or more</span></p>"
  }
}
