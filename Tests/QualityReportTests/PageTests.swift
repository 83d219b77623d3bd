import ImageIO
import Testing

@testable import QualityReport

@Suite struct PageTests {
  /// The vectors of RFC 4648, section 10.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func base64(text: String, encoded: String) {
    #expect(String(decoding: Base64.encode(Array(text.utf8)), as: UTF8.self) == encoded)
  }

  @Test func hostileNamesAreEscaped() {
    #expect(HTML.escape("<b a=\"1\">&\n") == "&lt;b a=&quot;1&quot;&gt;&amp; ")
  }

  /// A curve's ends lie on the frame: the highest value at the top, the last step at the right.
  @Test func curvesFillTheirFrame() {
    let curve = Curves.Curve(
      "a", style: "one", points: [(0, 100), (50, 1), (100, .nan), (200, 10)])
    let svg = Curves("t", [curve], isLogarithmic: true, limits: nil).svg
    #expect(svg.contains("points=\"78.0,14.0 214.5,244.0 624.0,129.0\""))
  }

  /// Names stand below their points, the first at the left and the last at the right.
  @Test func curvesOverNames() {
    let curve = Curves.Curve("a", style: "one", points: [(0, 0), (1, 40), (2, 20)])
    let svg = Curves(
      "t", [curve], isLogarithmic: false, limits: 0...40, labels: ["1_1", "<2>", "3_1"]
    ).svg
    #expect(svg.contains("points=\"78.0,244.0 351.0,14.0 624.0,129.0\""))
    for (x, name) in [("78.0", "1_1"), ("351.0", "&lt;2&gt;"), ("624.0", "3_1")] {
      #expect(svg.contains("<text x=\"\(x)\" y=\"266.0\" text-anchor=\"middle\">\(name)</text>"))
    }
    #expect(!svg.contains("step"))
  }

  @Test func montagePlacesPictures() {
    func plain(_ width: Int, _ height: Int, _ value: UInt8) -> PixelImage {
      PixelImage(
        size: ImageSize(width: width, height: height),
        bytes: [UInt8](repeating: value, count: 3 * width * height))
    }
    let montage = Montage.image([[plain(2, 1, 1), plain(1, 3, 2)], [plain(4, 2, 3)]])
    #expect(montage.size == ImageSize(width: 27, height: 29))
    func pixel(_ x: Int, _ y: Int) -> UInt8 { montage.bytes[3 * (y * 27 + x)] }
    #expect(pixel(8, 8) == 1 && pixel(8, 9) == 255 && pixel(18, 10) == 2 && pixel(11, 20) == 3)
  }
}
