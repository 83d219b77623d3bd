/// How a layer's biases differ from float32's: by a little that follows from the errors of rounding, and not from the
/// biases.
struct BiasMoves {
  /// The least standard error that counts: errors of rounding are not quite independent of biases.
  private static let leastError = 0.02

  private var count = 0.0
  private var (moves, biases, squaredMoves, squaredBiases, products) = (0.0, 0.0, 0.0, 0.0, 0.0)

  /// Adds a channel, both in the same unit.
  mutating func add(_ move: Double, of bias: Double) {
    count += 1
    moves += move
    biases += bias
    squaredMoves += move * move
    squaredBiases += bias * bias
    products += move * bias
  }

  /// The root of the mean square.
  var size: Double { (squaredMoves / count).squareRoot() }

  /// The slope of the moves on the biases, by least squares, over its standard error: within a few of 0.
  var fit: Double {
    let variance = squaredBiases - biases * biases / count
    guard variance > 0 else { return 0 }
    let covariance = products - moves * biases / count
    let slope = covariance / variance
    let rest = squaredMoves - moves * moves / count - slope * covariance
    return slope / max((max(rest, 0) / count / variance).squareRoot(), Self.leastError)
  }
}
