internal import CSystem

/// The difference between the means of two groups of positive numbers, relative to the first, and what chance makes of it.
///
/// Numbers are compared by their logarithms: the difference is that of the geometric means, and equal factors up and down
/// weigh the same.
public struct GroupDifference: Sendable {
  /// (second - first) / first.
  public let difference: Double
  /// The 95 % confidence interval of the difference by Welch's t test, which does not take the groups to vary alike; nil
  /// where a group has but one number.
  public let interval: ClosedRange<Double>?
  /// The mean relative difference of two numbers of the first group; nil where it has but one.
  public let floor: Double?

  /// Half the width of the interval.
  public var error: Double? { interval.map { ($0.upperBound - $0.lowerBound) / 2 } }
  /// Whether the interval leaves the sign of the difference open; nil where there is no interval.
  public var isWithinChance: Bool? { interval?.contains(0) }

  /// Compares two groups.
  ///
  /// - Parameters:
  ///   - first: at least one number, all above 0.
  ///   - second: likewise.
  public init(from first: [Double], to second: [Double]) {
    precondition(!first.isEmpty && !second.isEmpty)
    let (a, b) = (Moments(first.map { log($0) }), Moments(second.map { log($0) }))
    let change = b.mean - a.mean
    difference = expm1(change)
    floor = a.variance == nil ? nil : Self.meanDifference(first)
    guard let squares = a.squaredError, let others = b.squaredError else {
      interval = nil
      return
    }
    let sum = squares + others
    guard sum > 0 else {
      interval = difference...difference
      return
    }
    // Welch and Satterthwaite's degrees of freedom.
    let freedom =
      sum * sum / (squares * squares / (a.count - 1) + others * others / (b.count - 1))
    let half = StudentT.quantile(max(1, freedom)) * sum.squareRoot()
    interval = expm1(change - half)...expm1(change + half)
  }

  /// The 95 % confidence interval of a group's geometric mean.
  ///
  /// - Parameter values: at least one number, all above 0.
  /// - Returns: the interval; nil where the group has but one number.
  public static func meanInterval(_ values: [Double]) -> ClosedRange<Double>? {
    let moments = Moments(values.map { log($0) })
    guard let squares = moments.squaredError else { return nil }
    let half = StudentT.quantile(moments.count - 1) * squares.squareRoot()
    return exp(moments.mean - half)...exp(moments.mean + half)
  }

  /// The relative differences from a group's geometric mean between which further numbers of its kind all lie in 95 % of
  /// cases (Bonferroni).
  ///
  /// - Parameters:
  ///   - count: how many further numbers, at least 1.
  ///   - values: the group, all above 0.
  /// - Returns: the range; nil where the group has but one number.
  public static func range(of count: Int, beside values: [Double]) -> ClosedRange<Double>? {
    precondition(count > 0)
    let moments = Moments(values.map { log($0) })
    guard let variance = moments.variance else { return nil }
    let half =
      StudentT.quantile(above: 0.025 / Double(count), freedom: values.count - 1)
      * (variance * (1 + 1 / moments.count)).squareRoot()
    return expm1(-half)...expm1(half)
  }

  private static func meanDifference(_ values: [Double]) -> Double {
    var sum = 0.0
    for (index, value) in values.enumerated() {
      for other in values[..<index] { sum += abs(log(value) - log(other)) }
    }
    return expm1(2 * sum / Double(values.count * (values.count - 1)))
  }

  private struct Moments {
    let count: Double
    let mean: Double
    /// With one degree of freedom less than numbers; nil for a single one.
    let variance: Double?

    init(_ values: [Double]) {
      let count = Double(values.count)
      let mean = values.reduce(0, +) / count
      self.count = count
      self.mean = mean
      variance =
        values.count > 1
        ? values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1) : nil
    }

    /// Of the mean.
    var squaredError: Double? { variance.map { $0 / count } }
  }
}
