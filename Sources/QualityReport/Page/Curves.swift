internal import CSystem
internal import CommandOptions

/// Curves over steps, or over things that have names, as SVG, drawn with the page's own colours.
public struct Curves {
  /// A curve.
  public struct Curve {
    /// The name in the legend.
    public let name: String
    /// Class of its colour in the page's style.
    public let style: String
    /// Step and value; only values that are finite, and above 0 on a logarithmic axis, are drawn.
    public let points: [(step: Int, value: Double)]

    /// A curve from its parts.
    public init(_ name: String, style: String, points: [(step: Int, value: Double)]) {
      self.name = name
      self.style = style
      self.points = points
    }
  }

  private static let (width, height) = (640.0, 280.0)
  private static let (left, right, top, bottom) = (78.0, 16.0, 14.0, 36.0)

  private let title: String
  private let isLogarithmic: Bool
  private let curves: [Curve]
  private let labels: [String]
  private let steps: Int
  private let low, high: Double

  /// Curves on common axes.
  ///
  /// - Parameters:
  ///   - title: tells a screen reader what they show.
  ///   - curves: drawn in this order.
  ///   - isLogarithmic: whether values grow by factors along their axis.
  ///   - limits: of the values' axis, whose lower one gives way to lower values; nil for theirs.
  ///   - labels: the names of step 0 and on, in place of numbers.
  public init(
    _ title: String, _ curves: [Curve], isLogarithmic: Bool, limits: ClosedRange<Double>?,
    labels: [String] = []
  ) {
    self.title = title
    self.isLogarithmic = isLogarithmic
    self.curves = curves
    self.labels = labels
    steps = max(1, curves.reduce(0) { max($0, $1.points.last?.step ?? 0) })
    func place(_ value: Double) -> Double { isLogarithmic ? log10(value) : value }
    var (low, high) = (Double.infinity, -Double.infinity)
    for curve in curves {
      for point in curve.points where Self.isDrawn(point.value, isLogarithmic) {
        low = min(low, place(point.value))
        high = max(high, place(point.value))
      }
    }
    if let limits { (low, high) = (min(low, limits.lowerBound), limits.upperBound) }
    if !(low < high) { (low, high) = low.isFinite ? (low - 0.5, low + 0.5) : (0, 1) }
    (self.low, self.high) = (low, high)
  }

  private static func isDrawn(_ value: Double, _ isLogarithmic: Bool) -> Bool {
    value.isFinite && (!isLogarithmic || value > 0)
  }

  private func x(_ step: Int) -> Double {
    Self.left + Double(step) / Double(steps) * (Self.width - Self.left - Self.right)
  }

  private func y(_ place: Double) -> Double {
    Self.height - Self.bottom
      - (place - low) / (high - low) * (Self.height - Self.top - Self.bottom)
  }

  /// The picture as an element of an HTML page.
  public var svg: String {
    let (width, height) = (Self.width, Self.height)
    var text =
      "<svg viewBox=\"0 0 \(Int(width)) \(Int(height))\" role=\"img\" aria-label=\"\(HTML.escape(title))\">"
    for tick in 0...4 {
      let place = low + Double(tick) / 4 * (high - low)
      let value = isLogarithmic ? pow(10, place) : place
      let line = coordinate(y(place))
      text +=
        "<line class=\"grid\" x1=\"\(coordinate(Self.left))\" x2=\"\(coordinate(width - Self.right))\" y1=\"\(line)\" y2=\"\(line)\"/>"
      text +=
        "<text x=\"\(coordinate(Self.left - 8))\" y=\"\(line)\" dy=\"4\" text-anchor=\"end\">\(Format.general(value, digits: 3))</text>"
    }
    text += stepAxis
    for curve in curves {
      let points = curve.points.filter { Self.isDrawn($0.value, isLogarithmic) }.map { point in
        let place = isLogarithmic ? log10(point.value) : point.value
        return "\(coordinate(x(point.step))),\(coordinate(y(place)))"
      }
      text += "<polyline class=\"\(curve.style)\" points=\"\(points.joined(separator: " "))\"/>"
    }
    return text + "</svg>" + legend
  }

  private var stepAxis: String {
    let ticks = labels.isEmpty ? (0...4).map { steps * $0 / 4 } : Array(labels.indices)
    var text = ""
    for step in ticks {
      let name = labels.isEmpty ? (step == 0 ? "step " : "") + "\(step)" : labels[step]
      text +=
        "<text x=\"\(coordinate(x(step)))\" y=\"\(coordinate(Self.height - 14))\" text-anchor=\"\(labels.isEmpty && step == steps ? "end" : "middle")\">\(HTML.escape(name))</text>"
    }
    return text
  }

  private var legend: String {
    "<p class=\"legend\">"
      + curves.map { curve in
        "<span><svg viewBox=\"0 0 24 8\" aria-hidden=\"true\"><polyline class=\"\(curve.style)\" points=\"0,4 24,4\"/></svg>\(HTML.escape(curve.name))</span>"
      }.joined(separator: " ") + "</p>"
  }

  private func coordinate(_ value: Double) -> String { Format.fixed(value, digits: 1) }
}
