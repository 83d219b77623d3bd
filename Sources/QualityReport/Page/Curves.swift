internal import CommandOptions

/// Curves over steps, or over things that have names, as SVG, drawn with the page's own colours.
public struct Curves {
  /// A curve.
  public struct Curve {
    /// The name in the legend, which curves of one kind share.
    public let name: String
    /// Classes of its colour and line in the page's style.
    public let style: String
    /// Step and value; only values that are finite, and above 0 on a logarithmic axis, are drawn.
    public let points: [(step: Int, value: Double)]

    /// A curve from its parts.
    ///
    /// - Parameters:
    ///   - name: the name in the legend.
    ///   - style: classes of its colour and line.
    ///   - points: step and value.
    public init(_ name: String, style: String, points: [(step: Int, value: Double)]) {
      self.name = name
      self.style = style
      self.points = points
    }
  }

  /// Most names that a phone shows side by side.
  private static let mostLabels = 9

  private let frame: ChartFrame
  private let curves: [Curve]
  private let labels: [String]
  private let steps: Int

  /// Curves on common axes.
  ///
  /// - Parameters:
  ///   - title: what they show; no other chart of the page has it.
  ///   - curves: drawn in this order.
  ///   - values: the title of the values' axis, with their unit.
  ///   - isLogarithmic: whether values grow by factors along their axis, which its title says.
  ///   - limits: what the values' axis has at least; nil for what they need.
  ///   - labels: the names of step 0 and on, in place of numbers.
  public init(
    _ title: String, _ curves: [Curve], values: String, isLogarithmic: Bool,
    limits: ClosedRange<Double>?, labels: [String] = []
  ) {
    self.curves = curves
    self.labels = labels
    steps = max(1, curves.reduce(0) { max($0, $1.points.last?.step ?? 0) })
    let axis = Axis(
      curves.flatMap { $0.points.map { $0.value } }, isLogarithmic: isLogarithmic, limits: limits)
    frame = ChartFrame(title: title, valueTitle: values, axis: axis)
  }

  private func x(_ step: Int) -> Double { ChartFrame.x(Double(step) / Double(steps)) }

  /// The picture, and below it the names of the curves.
  public var html: String {
    var content = ticks
    for curve in curves {
      let points = curve.points.compactMap { point in
        frame.y(point.value).map {
          "\(ChartFrame.coordinate(x(point.step))),\(ChartFrame.coordinate($0))"
        }
      }
      content += "<polyline class=\"\(curve.style)\" points=\"\(points.joined(separator: " "))\"/>"
    }
    return frame.svg(description, names: labels.isEmpty ? "step" : "layer", content)
      + ChartFrame.legend(curves.map { ($0.name, $0.style) })
  }

  private var ticks: String {
    guard labels.isEmpty else {
      // Names of many things stand below every second one.
      let step = labels.count > Self.mostLabels ? 2 : 1
      return stride(from: 0, to: labels.count, by: step)
        .map { ChartFrame.tick(labels[$0], x: x($0)) }.joined()
    }
    return Axis.steps(to: steps).map { ChartFrame.tick("\($0)", x: x($0), isEnd: $0 == steps) }
      .joined()
  }

  /// Where each curve begins and ends.
  private var description: String {
    curves.map { curve in
      guard let first = curve.points.first, let last = curve.points.last else { return curve.name }
      func text(_ point: (step: Int, value: Double)) -> String {
        let place = labels.indices.contains(point.step) ? labels[point.step] : "step \(point.step)"
        return "\(Format.general(point.value, digits: 4)) at \(place)"
      }
      return "\(curve.name): \(text(first)), \(text(last))."
    }.joined(separator: " ")
  }
}
