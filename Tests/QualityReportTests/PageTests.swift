import CommandOptions
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

  // MARK: Charts

  /// Ticks are round and reach beyond the values; steps are whole.
  @Test func ticksAreRound() {
    func ticks(_ values: [Double], isLogarithmic: Bool = false) -> [String] {
      Axis(values, isLogarithmic: isLogarithmic).ticks.map { Axis.text($0) }
    }
    #expect(ticks([0.913, 1]) == ["0.9", "0.92", "0.94", "0.96", "0.98", "1"])
    #expect(ticks([391e6, 442e6]) == ["380 M", "400 M", "420 M", "440 M", "460 M"])
    #expect(ticks([7, 7]) == ["6.4", "6.6", "6.8", "7", "7.2", "7.4", "7.6"])
    #expect(
      ticks([3e8, 5.1e10], isLogarithmic: true) == ["300 M", "1 G", "3 G", "10 G", "30 G", "100 G"])
    #expect(
      ticks([2e3, 9e4, -1, .nan], isLogarithmic: true) == [
        "2000", "5000", "10 k", "20 k", "50 k", "100 k",
      ])
    #expect(ticks([1, 1e12], isLogarithmic: true).count <= 7)
    #expect(Axis.steps(to: 60) == [0, 20, 40, 60])
    #expect(Axis.steps(to: 3) == [0, 1, 2, 3])
    #expect(Axis.steps(to: 1) == [0, 1])
    #expect(Axis.steps(to: 200) == [0, 50, 100, 150, 200])
  }

  /// The highest tick is at the top, the last step at the right; what can not be drawn is left out.
  @Test func curvesFillTheirFrame() {
    let curve = Curves.Curve(
      "a", style: "one", points: [(0, 100), (50, 1), (100, .nan), (200, 10)])
    let html = Curves("t", [curve], values: "J", isLogarithmic: true, limits: nil).html
    #expect(html.contains("points=\"52.0,34.0 131.0,226.0 368.0,130.0\""))
    #expect(
      html.contains(
        "<title id=\"t-title\">t</title><desc id=\"t-text\">a: 100 at step 0, 10 at step 200.</desc>"
      ))
    #expect(html.contains(">J, logarithmic</text>") && html.contains(">step</text>"))
  }

  /// Names stand below their points, and curves of one name have one place in the legend.
  @Test func curvesOverNames() {
    let curves = [[0.0, 40, 20], [10, 10, 10]].map { values in
      Curves.Curve("<a>", style: "one", points: values.enumerated().map { ($0, $1) })
    }
    let html = Curves(
      "t", curves, values: "dB", isLogarithmic: false, limits: 0...40,
      labels: ["1_1", "<2>", "3_1"]
    ).html
    #expect(html.contains("points=\"52.0,226.0 210.0,34.0 368.0,130.0\""))
    for (x, name) in [("52.0", "1_1"), ("210.0", "&lt;2&gt;"), ("368.0", "3_1")] {
      #expect(html.contains("<text x=\"\(x)\" y=\"243.0\" text-anchor=\"middle\">\(name)</text>"))
    }
    #expect(html.contains("dB, linear") && html.components("&lt;a&gt;</span>") == 1)
  }

  /// Many names would run into each other.
  @Test func everySecondOfManyNames() {
    let curve = Curves.Curve("a", style: "one", points: (0..<16).map { ($0, Double($0)) })
    let html = Curves(
      "t", [curve], values: "dB", isLogarithmic: false, limits: nil,
      labels: (0..<16).map { "name\($0)" }
    ).html
    #expect((0..<16).map { html.contains(">name\($0)</text>") } == (0..<16).map { $0 % 2 == 0 })
  }

  @Test func groupsHaveAPointForEachRun() {
    let groups = [
      GroupChart.Group("a", style: "one", values: [0, 2], interval: 1...2),
      GroupChart.Group("b", style: "two", values: [1], interval: nil),
    ]
    let html = GroupChart("t", groups, values: "J").html
    #expect(html.components("<circle") == 3 && html.components("<rect") == 1)
    #expect(
      html.contains("cx=\"111.2\" cy=\"226.0\"") && html.contains("cx=\"289.0\" cy=\"130.0\""))
    #expect(html.contains("a: 0, 2. b: 1."))
  }

  // MARK: Tables

  @Test func cellsKnowTheirHeadings() {
    var table = Table(["figure", "<one>", "two"])
    table.add("a & b", "", ["1", nil])
    #expect(!table.html.contains("stacked"))
    #expect(table.html.contains("<th scope=\"col\" role=\"columnheader\">&lt;one&gt;</th>"))
    #expect(table.html.contains("<th scope=\"row\" role=\"rowheader\">a &amp; b</th>"))
    #expect(table.html.contains("<td role=\"cell\" data-label=\"two\">–</td>"))
    table.add("c", "Why.", ["1", "2"])
    #expect(table.html.contains("class=\"stacked\"") && table.html.contains("c<small>Why.</small>"))
    #expect(Table(Array(repeating: "h", count: 6)).html.contains("stacked"))
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

extension String {
  /// How often a text occurs.
  fileprivate func components(_ part: String) -> Int {
    var (count, rest) = (0, Substring(self))
    while let range = rest.firstRange(of: part) {
      count += 1
      rest = rest[range.upperBound...]
    }
    return count
  }
}
