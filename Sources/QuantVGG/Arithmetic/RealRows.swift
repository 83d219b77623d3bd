internal import Rows

extension Pooling {
  /// Pools two rows of at least `2 * out.width` pixels into one.
  func pool(top: Row<Real>, bottom: Row<Real>, into out: MutableRow<Real>) {
    let channels = out.channels
    for x in 0..<out.width {
      for c in 0..<channels {
        let left = 2 * x * channels + c
        let right = left + channels
        switch self {
        case .average:
          out[x * channels + c] = 0.25 * ((top[left] + top[right]) + (bottom[left] + bottom[right]))
        case .maximum:
          let upper = top[left] > top[right] ? top[left] : top[right]
          let lower = bottom[left] > bottom[right] ? bottom[left] : bottom[right]
          out[x * channels + c] = upper > lower ? upper : lower
        }
      }
    }
  }
}

extension MutableRow<Real> {
  /// Copies a row of the image, `[width][3]`, to `[width][4]`.
  func copyImage(_ row: Row<Real>) {
    for x in 0..<row.width {
      for c in 0..<3 { self[4 * x + c] = row[3 * x + c] }
      self[4 * x + 3] = 0
    }
  }
}
