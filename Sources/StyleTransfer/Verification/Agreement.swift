internal import CSystem

/// The agreement of numbers with a reference's.
package enum Agreement {
  /// The cosine of the angle between two vectors of the same length; 0 where one of them is zero.
  package static func cosine(_ values: [Float], _ reference: [Float]) -> Double {
    cosine(values.span, reference.span)
  }

  /// The same of numbers in place.
  package static func cosine(_ values: Span<Float>, _ reference: Span<Float>) -> Double {
    let sums = Sums(values, reference)
    guard sums.values > 0, sums.reference > 0 else { return 0 }
    return sums.product / (sums.values.squareRoot() * sums.reference.squareRoot())
  }

  /// |values - reference| / |reference| in the Euclidean norm; infinite where only the reference is 0.
  package static func relativeError(_ values: [Float], _ reference: [Float]) -> Double {
    let sums = Sums(values.span, reference.span)
    guard sums.difference > 0 else { return 0 }
    return (sums.difference / sums.reference).squareRoot()
  }

  /// The signal-to-quantization-noise ratio of two energies in decibels, 10 log10(signal / noise).
  ///
  /// Higher is better; infinite without noise.
  package static func decibels(signal: Double, noise: Double) -> Double {
    noise > 0 ? 10 * log10(signal / noise) : .infinity
  }

  /// The signal-to-quantization-noise ratio in decibels, higher is better.
  ///
  /// The signal is the reference, the noise the difference.
  package static func signalToNoise(_ values: [Float], _ reference: [Float]) -> Double {
    let sums = Sums(values.span, reference.span)
    return decibels(signal: sums.reference, noise: sums.difference)
  }

  /// |value - reference| / |reference|, nil where the reference is 0.
  package static func relative(_ value: Double, _ reference: Double) -> Double? {
    reference == 0 ? nil : abs(value - reference) / abs(reference)
  }

  /// What all of these follow from.
  struct Sums {
    /// Of numbers times reference.
    var product = 0.0
    /// Of the squared numbers.
    var values = 0.0
    /// Of the squared reference.
    var reference = 0.0
    /// Of the squared differences.
    var difference = 0.0

    /// Of no numbers.
    init() {}

    init(_ values: Span<Float>, _ reference: Span<Float>) {
      precondition(values.count == reference.count)
      for i in values.indices { add(values[i], reference[i]) }
    }

    /// Adds a number, and what it stands for.
    mutating func add(_ value: Float, _ reference: Float) {
      let (a, b) = (Double(value), Double(reference))
      product += a * b
      values += a * a
      self.reference += b * b
      difference += (a - b) * (a - b)
    }
  }
}
