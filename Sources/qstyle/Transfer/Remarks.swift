internal import CommandOptions
internal import ImageIO
internal import QuantVGG
internal import StyleTransfer

extension Transfer {
  /// Sentences on what the pictures are read with: of their headers, of all that was read once that is done.
  var warnings: [String] {
    pictures.flatMap { picture in picture.warnings.map { "\(picture.name) \($0)" } }
  }

  /// Sentences on what was asked for and can not be had.
  ///
  /// - Parameter size: the longer side that was asked for; nil where it is the default.
  /// - Returns: a sentence each; none where all can be had.
  func remarks(size: Int?) -> [String] {
    var remarks: [String] = []
    if let size, size > resultSize.longerSide {
      remarks.append(
        "\(content.name) has \(content.size.text) pixels, and so will the result: --upscale enlarges "
          + "it to --size \(size)")
    }
    let idle = floatLayers.filter { $0 > settings.deepest }
    if !idle.isEmpty {
      remarks.append(
        "no cost reads a layer behind \(settings.deepest): \(idle.map { $0.description }.joined(separator: ", ")) "
          + "in --float-layers \(idle.count == 1 ? "has" : "have") no effect")
    }
    for style in styles {
      if let remark = remark(on: style) { remarks.append(remark) }
    }
    return remarks
  }

  /// A sentence on a style that is smaller than was asked for, or a small part of the result.
  private func remark(on style: Style) -> String? {
    guard let wanted = wantedSide(style) else { return nil }
    let found = size(style)
    if style.picture == nil, found.longerSide > wanted {
      let times = Double(found.longerSide) / Double(wanted)
      return
        "\(style.name) was measured at \(found.text) where \(wanted) on the longer side are wanted, so its "
        + "strokes come out \(Format.general(times, digits: 2)) times larger"
    }
    // As many pixels of the style as of the result.
    let scale =
      style.scale
      * (Double(resultSize.pixelCount) / Double(found.pixelCount)).squareRoot()
    let times = Double(wanted) / Double(found.longerSide)
    if times >= 1.05 {
      return
        "\(style.name) has \(style.size.text) pixels where \(wanted) on the longer side are wanted, so "
        + "its strokes come out \(Format.general(times, digits: 2)) times finer: a larger picture of "
        + "it helps"
    }
    guard scale > 2 * style.scale else { return nil }
    return
      "\(style.name) is measured at \(found.text), a small part of the result's "
      + "\(resultSize.text): --style-scale \(Format.general(scale, digits: 2)) takes more of it"
  }
}

extension ImageSize {
  /// The longer side.
  var longerSide: Int { max(width, height) }
  /// As "512x384".
  var text: String { "\(width)x\(height)" }
}
