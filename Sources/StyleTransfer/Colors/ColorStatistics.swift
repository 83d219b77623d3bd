internal import ImageIO
package import QuantVGG
package import Rows

/// Mean and covariance of a picture's colours in levels of 0...255, from exact sums of its 8-bit samples.
package struct ColorStatistics {
  /// Of red, green and blue.
  package let mean: [3 of Double]
  /// Of the same.
  package let covariance: Matrix3

  /// Measures pixels, `[count][3]` RGB minus the network's mean, at least one; each sample is rounded to its
  /// nearest level.
  package init(_ pixels: MemorySlice<Float>) {
    self.init(StateRows(pixels, rowLength: pixels.count), strip: nil)
  }

  /// Measures rows of such pixels, those of a strip together with those of the others.
  init(_ rows: StateRows<Float>, strip: Strip?) {
    let shift = NetworkTable.meanColor
    var sums = [3 of Int](repeating: 0)
    var products = [9 of Int](repeating: 0)
    func add(_ pixels: MemorySlice<Float>) {
      for first in stride(from: 0, to: pixels.count, by: 3) {
        for i in 0..<3 {
          let sample = Int(nearestByte(pixels[first + i] + shift[i]))
          sums[i] += sample
          for j in 0...i {
            products[3 * i + j] +=
              sample * Int(nearestByte(pixels[first + j] + shift[j]))
          }
        }
      }
    }
    if let strip, let communicator = strip.communicator {
      add(rows[strip.own])
      communicator.withUnsafe(&sums) { strip.combine($0, .integers) }
      communicator.withUnsafe(&products) { strip.combine($0, .integers) }
    } else {
      rows.visit { (_, pixels) in add(pixels) }
    }
    let count = Double(rows.rows * rows.rowLength / 3)
    var mean = [3 of Double](repeating: 0)
    for i in 0..<3 { mean[i] = Double(sums[i]) / count }
    self.mean = mean
    covariance = Matrix3 { i, j in
      Double(products[3 * max(i, j) + min(i, j)]) / count - mean[i] * mean[j]
    }
  }
}

extension NetworkTable {
  /// The network's mean, channel by channel.
  package static var meanColor: [3 of Float] { [mean.red, mean.green, mean.blue] }
}

extension MemorySlice where Element == UInt8 {
  /// Copies the pixels of some rows, RGB minus the network's mean, each sample rounded to its nearest level.
  func copyLevels(of rows: StateRows<Float>, _ wanted: Range<Int>) {
    let mean = NetworkTable.meanColor
    rows.visit { (range, _) in
      let own = range.clamped(to: wanted)
      let pixels = rows[own]
      let levels = from((own.lowerBound - wanted.lowerBound) * rows.rowLength)
      for first in stride(from: 0, to: pixels.count, by: 3) {
        for i in 0..<3 { levels[first + i] = nearestByte(pixels[first + i] + mean[i]) }
      }
    }
  }
}
