/// A matrix of 3 x 3 numbers; sums run in one order, and no function of libm but the square root is used.
package struct Matrix3 {
  private var elements: [9 of Double]

  /// The matrix whose element in row i and column j is `element(i, j)`.
  package init(_ element: (Int, Int) -> Double) {
    elements = [9 of Double](repeating: 0)
    for i in 0..<9 { elements[i] = element(i / 3, i % 3) }
  }

  /// An element.
  package private(set) subscript(i: Int, j: Int) -> Double {
    get { elements[3 * i + j] }
    set { elements[3 * i + j] = newValue }
  }

  package static func * (left: Matrix3, right: Matrix3) -> Matrix3 {
    Matrix3 { i, j in
      left[i, 0] * right[0, j] + left[i, 1] * right[1, j] + left[i, 2] * right[2, j]
    }
  }

  /// The rotations of Jacobi's method after which a symmetric 3 x 3 matrix is diagonal to the last digit.
  private static let sweeps = 12

  /// The symmetric matrix with the same eigenvectors whose eigenvalues are `function` of this one's; this one
  /// is symmetric.
  package func mapEigenvalues(_ function: (Double) -> Double) -> Matrix3 {
    var diagonal = self
    var vectors = Matrix3 { $0 == $1 ? 1 : 0 }
    for _ in 0..<Self.sweeps {
      diagonal.rotate(0, 1, &vectors)
      diagonal.rotate(0, 2, &vectors)
      diagonal.rotate(1, 2, &vectors)
    }
    let scaled = Matrix3 { i, j in vectors[i, j] * function(diagonal[j, j]) }
    return Matrix3 { i, j in
      scaled[i, 0] * vectors[j, 0] + scaled[i, 1] * vectors[j, 1] + scaled[i, 2] * vectors[j, 2]
    }
  }

  /// Makes the elements (p, q) and (q, p) zero by a rotation, which `vectors` takes part in.
  private mutating func rotate(_ p: Int, _ q: Int, _ vectors: inout Matrix3) {
    guard self[p, q] != 0 else { return }
    let angle = (self[q, q] - self[p, p]) / (2 * self[p, q])
    let root = (angle * angle + 1).squareRoot()
    let tangent = angle < 0 ? -1 / (root - angle) : 1 / (root + angle)
    let cosine = 1 / (tangent * tangent + 1).squareRoot()
    let sine = tangent * cosine
    func turn(_ first: Double, _ second: Double) -> (Double, Double) {
      (cosine * first - sine * second, sine * first + cosine * second)
    }
    for k in 0..<3 { (self[k, p], self[k, q]) = turn(self[k, p], self[k, q]) }
    for k in 0..<3 { (self[p, k], self[q, k]) = turn(self[p, k], self[q, k]) }
    (self[p, q], self[q, p]) = (0, 0)
    for k in 0..<3 { (vectors[k, p], vectors[k, q]) = turn(vectors[k, p], vectors[k, q]) }
  }
}
