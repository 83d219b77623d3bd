internal import CommandOptions

/// Groups of numbers side by side as SVG: a point for each, and for groups of several their mean with an interval.
public struct GroupChart {
  /// Numbers of one kind.
  public struct Group {
    /// The name below.
    public let name: String
    /// Class of its colour in the page's style.
    public let style: String
    /// The numbers, from left to right.
    public let values: [Double]
    /// The mean's interval; nil for none.
    public let interval: ClosedRange<Double>?

    /// A group from its parts.
    ///
    /// - Parameters:
    ///   - name: the name below.
    ///   - style: class of its colour.
    ///   - values: the numbers.
    ///   - interval: the mean's interval; nil for none.
    public init(_ name: String, style: String, values: [Double], interval: ClosedRange<Double>?) {
      self.name = name
      self.style = style
      self.values = values
      self.interval = interval
    }
  }

  private let frame: ChartFrame
  private let groups: [Group]

  /// Groups on a common axis.
  ///
  /// - Parameters:
  ///   - title: what they show; no other chart of the page has it.
  ///   - groups: from left to right.
  ///   - values: the title of the values' axis, with their unit.
  public init(_ title: String, _ groups: [Group], values: String) {
    self.groups = groups
    let all = groups.flatMap { group in
      group.values + (group.interval.map { [$0.lowerBound, $0.upperBound] } ?? [])
    }
    frame = ChartFrame(
      title: title, valueTitle: values, axis: Axis(all, isLogarithmic: false))
  }

  /// The picture.
  public var html: String {
    var content = ""
    for (index, group) in groups.enumerated() {
      let middle = ChartFrame.x((Double(index) + 0.5) / Double(groups.count))
      let room = (ChartFrame.width - ChartFrame.left - ChartFrame.right) / Double(groups.count)
      content += ChartFrame.tick(group.name, x: middle)
      if let interval = group.interval { content += mean(interval, group.style, at: middle, room) }
      for (place, value) in group.values.enumerated() {
        guard let y = frame.y(value) else { continue }
        let shift = (Double(place) + 0.5) / Double(group.values.count) - 0.5
        content +=
          "<circle class=\"\(group.style)\" r=\"4\" cx=\"\(ChartFrame.coordinate(middle + 0.5 * shift * room))\" "
          + "cy=\"\(ChartFrame.coordinate(y))\"/>"
      }
    }
    return frame.svg(description, names: "runs", content)
  }

  /// A band from one end of the interval to the other, with a line at its middle.
  private func mean(
    _ interval: ClosedRange<Double>, _ style: String, at middle: Double, _ room: Double
  ) -> String {
    guard let low = frame.y(interval.lowerBound), let high = frame.y(interval.upperBound),
      let mean = frame.y((interval.lowerBound + interval.upperBound) / 2)
    else { return "" }
    let (left, width) = (middle - 0.35 * room, 0.7 * room)
    func coordinate(_ value: Double) -> String { ChartFrame.coordinate(value) }
    return "<rect class=\"band \(style)\" x=\"\(coordinate(left))\" width=\"\(coordinate(width))\" "
      + "y=\"\(coordinate(high))\" height=\"\(coordinate(max(1, low - high)))\"/>"
      + "<line class=\"\(style)\" x1=\"\(coordinate(left))\" x2=\"\(coordinate(left + width))\" "
      + "y1=\"\(coordinate(mean))\" y2=\"\(coordinate(mean))\"/>"
  }

  private var description: String {
    groups.map { group in
      group.name + ": "
        + group.values.map { Format.general($0, digits: 4) }.joined(separator: ", ") + "."
    }.joined(separator: " ")
  }
}
