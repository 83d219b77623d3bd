internal import CommandOptions
internal import QualityReport
internal import StyleTransfer

/// The charts of `report.html`.
struct ReportCharts {
  let figures: Figures

  private static let styles = ["two", "four"]
  private static let seedStyle = "three"

  /// The colour of a quantized network's runs.
  private static func style(_ index: Int) -> String { styles[index % styles.count] }

  private var name: (Int) -> String { { figures.quantized[$0].run.name } }

  private static func chart(_ title: String, _ html: String, _ note: String) -> String {
    "<figure class=\"chart\"><figcaption><strong>\(HTML.escape(title))</strong>\(HTML.escape(note))"
      + "</figcaption>\(html)</figure>"
  }

  var html: String {
    "<div class=\"pair wide\">" + ends + costs + cosines + "</div>"
  }

  /// The results' costs, a point for each run.
  private var ends: String {
    func group(_ name: String, _ style: String, _ runs: [RunFigures]) -> GroupChart.Group {
      let totals = runs.map { $0.result.total }
      return GroupChart.Group(
        name, style: style, values: totals, interval: GroupDifference.meanInterval(totals))
    }
    var groups = [group("float32", "one", figures.floatGroup)]
    for index in figures.quantized.indices {
      groups.append(group(name(index), Self.style(index), figures.group(index)))
    }
    if !figures.seeds.isEmpty {
      groups.append(
        GroupChart.Group(
          "from noise", style: Self.seedStyle, values: figures.seeds.map { $0.result.total },
          interval: nil))
    }
    let title = "Total cost of the results"
    return Self.chart(
      title, GroupChart(title, groups, values: "total cost J").html,
      "A point for each run, by the float32 network; bands are 95 % intervals of the mean. Lower is better."
    )
  }

  /// All runs, the given starts in bold.
  private var costs: String {
    func curves(_ name: String, _ style: String, _ runs: [RunFigures]) -> [Curves.Curve] {
      runs.map { run in
        let isBold = run.run.start == .given
        return Curves.Curve(
          name, style: isBold ? style : style + " thin",
          points: run.costs.map { ($0.step, $0.values.total) })
      }
    }
    var all = curves("float32", "one", figures.floatGroup)
    for index in figures.quantized.indices {
      all += curves(name(index), Self.style(index) + " dashed", figures.group(index))
    }
    all += curves("float32 from noise", Self.seedStyle, figures.seeds)
    let title = "Total cost along the runs"
    return Self.chart(
      title,
      Curves(title, all, values: "total cost J", isLogarithmic: true, limits: nil).html,
      "All runs by the float32 network; those from nearby starts are thin.")
  }

  private var cosines: String {
    let curves = figures.networks.enumerated().map { index, network in
      Curves.Curve(
        name(index), style: Self.style(index), points: network.cosines.map { ($0.step, $0.value) })
    }
    let title = "Agreement of the gradients along the run"
    return Self.chart(
      title,
      Curves(title, curves, values: "cosine", isLogarithmic: false, limits: 0.9...1).html,
      "Cosine between both networks' image gradients on the images of the int8 run; 1 is the same direction."
    )
  }
}
