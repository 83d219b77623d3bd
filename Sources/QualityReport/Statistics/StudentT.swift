internal import CSystem

/// Student's t distribution, as far as intervals of 95 % need it.
public enum StudentT {
  /// The value that a share of the distribution lies above, for whole degrees of freedom.
  ///
  /// By bisection of the sums of Abramowitz and Stegun, 26.7.3 and 26.7.4.
  ///
  /// - Parameters:
  ///   - share: above 0, below 0.5.
  ///   - freedom: degrees of freedom, at least 1.
  /// - Returns: the quantile, to ten figures.
  public static func quantile(above share: Double, freedom: Int) -> Double {
    precondition(share > 0 && share < 0.5 && freedom >= 1)
    var (low, high) = (0.0, 1.0)
    while above(high, freedom) > share { high *= 2 }
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if above(middle, freedom) > share { low = middle } else { high = middle }
    }
    return high
  }

  /// The share above a positive value.
  private static func above(_ value: Double, _ freedom: Int) -> Double {
    let tangent = value / Double(freedom).squareRoot()
    let cosine = 1 / (1 + tangent * tangent).squareRoot()
    let sine = tangent * cosine
    let isOdd = freedom % 2 == 1
    var (sum, term) = (0.0, isOdd ? cosine : 1)
    for power in stride(from: isOdd ? 1 : 0, to: freedom - 1, by: 2) {
      sum += term
      term *= cosine * cosine * Double(power + 1) / Double(power + 2)
    }
    let between = isOdd ? 2 / Double.pi * (atan(tangent) + sine * sum) : sine * sum
    return (1 - between) / 2
  }

  /// The 97.5 % quantiles for 1 to 30 degrees of freedom, scipy's `stats.t.ppf(0.975, n)`, to seven figures.
  private static let quantiles = [
    12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157,
    2.228139, 2.200985, 2.178813, 2.160369, 2.144787, 2.131450, 2.119905, 2.109816, 2.100922,
    2.093024, 2.085963, 2.079614, 2.073873, 2.068658, 2.063899, 2.059539, 2.055529, 2.051831,
    2.048407, 2.045230, 2.042272,
  ]
  /// The same of the normal distribution, to which they come down.
  private static let normal = 1.959964

  /// The value that lies above 97.5 % of the distribution, so that 95 % lie between it and its negative.
  ///
  /// Between the table's degrees of freedom its logarithm is taken as linear in their reciprocal, which is never too low
  /// and, from 3 on, at most 0.2 % too high.
  ///
  /// - Parameter freedom: degrees of freedom, at least 1; they need not be whole.
  /// - Returns: the quantile, from 1.96 to 12.7.
  public static func quantile(_ freedom: Double) -> Double {
    precondition(freedom >= 1)
    let lower = min(Int(min(freedom, 1e6)), quantiles.count)
    let low = quantiles[lower - 1]
    guard freedom > Double(lower) else { return low }
    let (high, upper) =
      lower < quantiles.count ? (quantiles[lower], 1 / Double(lower + 1)) : (normal, 0)
    let share = (1 / freedom - upper) / (1 / Double(lower) - upper)
    return exp(share * log(low) + (1 - share) * log(high))
  }
}
