internal import CSystem
internal import CommandOptions

/// The values' axis of a chart: where values stand on it, and its round ticks.
public struct Axis {
  let isLogarithmic: Bool
  /// The ends, in values.
  let low, high: Double
  /// Values from `low` to `high`.
  let ticks: [Double]

  /// Most ticks, but for the ends.
  private static let most = 6.0

  /// An axis for some values.
  ///
  /// - Parameters:
  ///   - values: those that are not finite, or not above 0 where it is logarithmic, are left out.
  ///   - isLogarithmic: whether values grow by factors along it.
  ///   - limits: what it has at least, nil for what the values need.
  init(_ values: [Double], isLogarithmic: Bool, limits: ClosedRange<Double>? = nil) {
    self.isLogarithmic = isLogarithmic
    let drawn = values.filter { $0.isFinite && (!isLogarithmic || $0 > 0) }
    var low = drawn.min() ?? (isLogarithmic ? 1 : 0)
    var high = drawn.max() ?? 1
    if let limits { (low, high) = (min(low, limits.lowerBound), max(high, limits.upperBound)) }
    if low == high {
      (low, high) = isLogarithmic ? (low / 1.5, high * 1.5) : (low - 0.5, high + 0.5)
    }
    if isLogarithmic, high / low > 4 {
      ticks = Self.factors(low, high)
    } else {
      let step = Self.roundStep((high - low) / (Self.most - 1))
      let first = (low / step + 1e-9).rounded(.down)
      let last = (high / step - 1e-9).rounded(.up)
      let steps = Int(last - first)
      let all = (0...steps).map { (first + Double($0)) * step }
      ticks = isLogarithmic ? all.filter { $0 > 0 } : all
    }
    self.low = min(ticks.first ?? low, low)
    self.high = max(ticks.last ?? high, high)
  }

  /// Powers of ten with their halves and fifths between, or as many of them as there is room for.
  private static func factors(_ low: Double, _ high: Double) -> [Double] {
    var found: [Double] = []
    for marks in [[1.0, 2, 5], [1.0, 3], [1.0]] {
      found = []
      var power = pow(10, (log10(low)).rounded(.down))
      while power <= high * 10 {
        found += marks.map { $0 * power }
        power *= 10
      }
      let first = found.lastIndex { $0 <= low * (1 + 1e-9) } ?? 0
      let last = found.firstIndex { $0 >= high * (1 - 1e-9) } ?? found.count - 1
      found = Array(found[first...last])
      if Double(found.count) <= most + 1 { return found }
    }
    // Many powers: every second, third and so on.
    let stride = Int((Double(found.count) / most).rounded(.up))
    return found.indices.filter { $0 % stride == 0 }.map { found[$0] }
  }

  /// The least of 1, 2 and 5 times a power of ten that is at least `least`.
  static func roundStep(_ least: Double) -> Double {
    let power = pow(10, log10(least).rounded(.down))
    let marks = [1.0, 2, 5, 10]
    return (marks.first { $0 * power >= least * (1 - 1e-9) } ?? 10) * power
  }

  /// The whole numbers at which an axis of steps from 0 to `last` has its ticks.
  static func steps(to last: Int) -> [Int] {
    let step = max(1, Int(roundStep(Double(last) / 5).rounded()))
    return Array(stride(from: 0, through: last, by: step))
  }

  /// The place of a value, 0 at `low` and 1 at `high`; nil where it has none.
  func place(_ value: Double) -> Double? {
    guard value.isFinite, !isLogarithmic || value > 0 else { return nil }
    guard isLogarithmic else { return (value - low) / (high - low) }
    return log(value / low) / log(high / low)
  }

  /// A value in few characters: 0.95, 20, 500 k, 1.2 M, 50 G.
  ///
  /// - Parameters:
  ///   - value: any number.
  ///   - digits: significant ones at most.
  /// - Returns: the text, with k, M, G or T for 10^3, 10^6, 10^9 and 10^12.
  public static func text(_ value: Double, digits: Int = 4) -> String {
    let size = abs(value)
    let units = [(1e12, 1e12, " T"), (1e9, 1e9, " G"), (1e6, 1e6, " M"), (1e4, 1e3, " k")]
    for (least, divisor, name) in units where size >= least {
      return Format.general(value / divisor, digits: digits) + name
    }
    return Format.general(value, digits: digits)
  }
}
