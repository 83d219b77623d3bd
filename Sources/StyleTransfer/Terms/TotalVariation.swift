internal import QuantVGG
internal import Rows

/// V = 1 / (h w) * sum of (right - x)^2 + (below - x)^2 over pixels and colours: the mean squared
/// difference of neighbours.
///
/// A mean, so that a weight does the same at every size. Differences are Float32; their squares are
/// added in Float64, within a row from left to right, then row after row.
final class TotalVariation: ParallelWork, ImageTerm {
  let label: TermLabel
  private let width, height: Int
  private let factor: Float
  /// One sum per row, added in the order of rows.
  private let rowSums: MemorySlice<Double>
  private var image: StateRows<Float>?
  /// The row of the first item.
  private var first = 0

  /// The term of an image; `rowSums` has room for a number per row.
  init(width: Int, height: Int, weight: Double, rowSums: MemorySlice<Double>) {
    label = TermLabel(
      kind: .image, name: "total_variation", layer: nil, region: nil, share: 1, factor: weight)
    self.width = width
    self.height = height
    self.rowSums = rowSums
    factor = Float(2 * weight / Double(width * height))
  }

  func measure(_ image: StateRows<Float>, strip: Strip, pool: WorkerPool) {
    self.image = image
    let own = strip.own
    first = own.lowerBound
    while first < own.upperBound {
      let rows = image.batch(from: first)
      image.read(rows)
      // A row is measured with the one below it.
      let measured =
        rows.upperBound == height ? rows : rows.lowerBound..<rows.upperBound - 1
      pool.run(self, items: measured.clamped(to: own).count)
      first = measured.upperBound
    }
    if !strip.isAlone {
      for y in 0..<height where !own.contains(y) { rowSums[y] = 0 }
      strip.combine(rowSums.bytes, .byRow)
    }
  }

  override func run(item: Int, worker: Int) {
    guard let image else { preconditionFailure("an image is being measured") }
    let count = 3 * width
    let y = first + item
    let row = image.row(y)
    let below = y + 1 < height ? image.row(y + 1) : nil
    var sum = 0.0
    func add(_ difference: Float) { sum += Double(difference) * Double(difference) }
    for i in 0..<count {
      if i + 3 < count { add(row[i + 3] - row[i]) }
      if let below { add(below[i] - row[i]) }
    }
    rowSums[y] = sum
  }

  var value: Double {
    var sum = 0.0
    for y in 0..<height { sum += rowSums[y] }
    return sum / Double(width * height)
  }

  /// Adds 2 weight / (h w) times the sum of the differences from all four neighbours.
  func addGradient(row y: Int, rows: UnmovedRows, into gradient: MutableRow<Real>) {
    guard let row = rows.row(y) else { preconditionFailure("the row is in the image") }
    let (above, below) = (rows.row(y - 1), rows.row(y + 1))
    let count = 3 * width
    for i in 0..<count {
      let value = row[i]
      var sum: Float = 0
      if i >= 3 { sum += value - row[i - 3] }
      if i + 3 < count { sum += value - row[i + 3] }
      if let above { sum += value - above[i] }
      if let below { sum += value - below[i] }
      gradient[i] += factor * sum
    }
  }
}
