/// A test of whether two groups of things lie apart, by nothing but the distances of things.
///
/// Where the groups are the same at heart, any other split of all things into two such groups sets them apart as
/// far as often as not. The share of splits that set them at least as far apart is the p value (Fisher's exact
/// permutation test); how far is the mean distance between the groups less the mean one within them.
public enum DistanceTest {
  /// Most things of a group.
  public static let most = 8

  /// The p value of two groups of equal size.
  ///
  /// - Parameters:
  ///   - count: things of each group, 2...8; the smallest p is 1 / 3, 1 / 10 and 1 / 35 for 2, 3 and 4.
  ///   - distance: of two things; those of the first group come first.
  /// - Returns: the p value, above 0 and at most 1.
  public static func probability(count: Int, distance: (Int, Int) -> Double) -> Double {
    precondition((2...most).contains(count))
    let things = 2 * count
    var distances = [Double](repeating: 0, count: things * things)
    for i in 0..<things {
      for j in 0..<i { distances[i * things + j] = distance(j, i) }
    }
    func apart(_ group: Int) -> Double {
      var (within, between) = (0.0, 0.0)
      for i in 0..<things {
        for j in 0..<i {
          let isSplit = (group >> i ^ group >> j) & 1 == 1
          if isSplit {
            between += distances[i * things + j]
          } else {
            within += distances[i * things + j]
          }
        }
      }
      return between / Double(count * count) - within / Double(count * (count - 1))
    }
    // Sums in another order are not equal to the last bit.
    let found = apart(1 << count - 1)
    let least = found - 1e-12 * abs(found)
    var (splits, farther) = (0, 0)
    // Thing 0 stays in the first group: a split and its mirror are one.
    for group in stride(from: 1, to: 1 << things, by: 2) where group.nonzeroBitCount == count {
      splits += 1
      if apart(group) >= least { farther += 1 }
    }
    return Double(farther) / Double(splits)
  }
}
