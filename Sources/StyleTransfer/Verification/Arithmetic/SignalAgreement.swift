/// The agreement of many numbers with a reference's.
public struct SignalAgreement: Sendable, Equatable {
  /// 10 log10(sum of the squared reference / sum of the squared differences), in decibels; infinite where
  /// nothing differs.
  public let decibels: Double
  /// The cosine of the angle between both, in -1...1; 1 where both are zero, 0 where one is.
  public let cosine: Double

  init(_ sums: Agreement.Sums) {
    decibels = Agreement.decibels(signal: sums.reference, noise: sums.difference)
    let norm = (sums.values * sums.reference).squareRoot()
    cosine =
      norm > 0 ? min(1, max(-1, sums.product / norm)) : sums.values == sums.reference ? 1 : 0
  }
}
