import Testing

@testable import QualityReport

@Suite struct StatisticsTests {
  /// The values are scipy's `stats.t.ppf(0.975, n)`.
  @Test func quantiles() {
    let freedoms: [Double] = [1, 2, 3, 3.5, 4.2, 5.7, 12.4, 30, 44.5, 1000]
    let values: [Double] = [
      12.706205, 4.302653, 3.182446, 2.940089, 2.725073, 2.478471, 2.171043, 2.042272, 2.014728,
      1.962339,
    ]
    for (freedom, value) in zip(freedoms, values) {
      let own = StudentT.quantile(freedom)
      #expect(own >= value * (1 - 1e-6) && own <= value * 1.002, "\(freedom): \(own)")
    }
  }

  /// The values are scipy's `stats.t.ppf(1 - share, n)`.
  @Test func quantilesOfOtherShares() {
    for (share, freedom, value) in Self.quantiles {
      let own = StudentT.quantile(above: share, freedom: freedom)
      #expect(abs(own / value - 1) < 1e-8, "\(share), \(freedom): \(own)")
    }
  }

  private static let quantiles: [(Double, Int, Double)] = [
    (0.025, 1, 12.706204736174694), (0.025, 2, 4.302652729749462), (0.025, 3, 3.1824463052837078),
    (0.025 / 13, 3, 8.1624512704178), (0.025 / 16, 5, 5.325920320198725),
    (0.025 / 13, 7, 4.238770203539164), (0.001, 4, 7.173182219782307),
    (0.1, 30, 1.3104150253913955), (0.4, 2, 0.2886751345948128),
  ]

  /// The bounds are numpy's, from scipy's quantile.
  @Test func rangeOfFurtherNumbers() throws {
    let range = try #require(
      GroupDifference.range(of: 13, beside: [200.3e6, 191.7e6, 208.9e6, 204.4e6]))
    #expect(
      abs(range.lowerBound + 0.28395969877378474) < 1e-9
        && abs(range.upperBound - 0.3965694365072821) < 1e-9)
    #expect(GroupDifference.range(of: 1, beside: [2]) == nil)
  }

  /// The values are scipy's `stats.ttest_ind(equal_var=False)` on the logarithms.
  @Test func intervals() throws {
    try expect(
      [200.3e6, 191.7e6, 208.9e6, 204.4e6], [209.0e6, 201.2e6, 216.8e6, 205.1e6],
      0.0334018, -0.0264194...0.0968986, floor: 0.0474295)
    try expect(
      [1.0, 1.1, 1.3], [2.0, 2.5, 2.1], 0.9436487, 0.4605369...1.5865624, floor: 0.1911384)
  }

  private func expect(
    _ first: [Double], _ second: [Double], _ difference: Double, _ interval: ClosedRange<Double>,
    floor: Double
  ) throws {
    let own = GroupDifference(from: first, to: second)
    let found = try #require(own.interval)
    #expect(abs(own.difference - difference) < 1e-7)
    #expect(abs(found.lowerBound - interval.lowerBound) < 2e-4)
    #expect(abs(found.upperBound - interval.upperBound) < 2e-4)
    #expect(abs(try #require(own.floor) - floor) < 1e-7)
    #expect(own.isWithinChance == interval.contains(0))
  }

  @Test func oneOfEachTellsNothing() {
    let own = GroupDifference(from: [2], to: [3])
    #expect(own.difference > 0.4999 && own.difference < 0.5001)
    #expect(own.interval == nil && own.floor == nil && own.isWithinChance == nil)
  }

  @Test func equalNumbersHaveNoError() {
    let own = GroupDifference(from: [2, 2], to: [2, 2])
    #expect(own.interval == 0...0 && own.error == 0 && own.isWithinChance == true)
  }

  /// Points on a line, where Python counts the splits that set the groups at least as far apart.
  @Test func splits() {
    #expect(probability([1, 2, 3, 4, 11, 12, 13, 15]) == 1.0 / 35)
    #expect(probability([1, 5, 2, 8, 3, 7, 2.5, 9]) == 27.0 / 35)
    #expect(probability([1, 2, 7, 3]) == 1.0 / 3)
    #expect(probability([1, 9, 4, 3, 8, 5.5]) == 1)
  }

  private func probability(_ places: [Double]) -> Double {
    DistanceTest.probability(count: places.count / 2) { abs(places[$0] - places[$1]) }
  }
}
