/// The brightness of one colour with the hue of another.
///
/// Y of Rec. 601 is the first one's, U and V are the second one's.
/// As Y is a weighted mean of red, green and blue, keeping U and V is to move all three by the same number.
/// Where that leaves 0...255, the differences from grey become smaller, all by the same factor: Y and the hue
/// stay, and the colour pales.
package enum Brightness {
  /// Y of a colour, each product and each sum rounded to Float32.
  package static func of(_ color: [3 of Float]) -> Float {
    0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2]
  }

  /// `color` with the brightness of another colour, both in 0...255.
  package static func moved(_ color: [3 of Float], to bright: [3 of Float]) -> [3 of Float] {
    let wanted = min(max(of(bright), 0), 255)
    let own = of(color)
    var share: Float = 1
    for i in 0..<3 {
      let difference = color[i] - own
      if wanted + difference > 255 { share = min(share, (255 - wanted) / difference) }
      if wanted + difference < 0 { share = min(share, -wanted / difference) }
    }
    var result = color
    for i in 0..<3 { result[i] = min(max(wanted + share * (color[i] - own), 0), 255) }
    return result
  }
}
