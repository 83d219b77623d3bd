package import QuantVGG

/// Warnings about a network's filters, in words for the user.
///
/// For the original weights the comparison is exact. For others statistics tell something: images of
/// both hands are shown in training, so that left and right columns of the filters carry the same
/// energy, while up and down differ in the world. In the original's conv4_1 to conv5_4 the columns'
/// differences add up to 1.5 % and the rows' to 4.9 %; after a swap of the axes it is the other way
/// round. And trained filters of conv1_1 are smooth: neighbours correlate with 0.37, numbers in a
/// wrong order or untrained ones with about 0. Whether red and blue are swapped can not be told for
/// weights that are not the original's.
package enum FilterCheck {
  /// Compares what the file's kind promises with what its filters show.
  ///
  /// - Parameters:
  ///   - layers: all layers as the file has them, in `[O][I][3][3]`.
  ///   - network: the network that they are of.
  ///   - original: the comparison with the original's filters.
  ///   - convention: the input that is assumed.
  /// - Returns: one sentence each; none where nothing is odd.
  package static func warnings(
    _ layers: [Float32Convolution], of network: NetworkTable, original: OriginalFilters?,
    convention: InputConvention
  ) -> [String] {
    if let original {
      var warnings: [String] = []
      switch original.orientation {
      case .upright: break
      case .transposed:
        warnings.append(
          "the filters are the original VGG-19's with rows and columns swapped; the file was "
            + "written wrongly and results will differ")
      case .turned:
        warnings.append(
          "the filters are the original VGG-19's turned by 180 degrees; the file was written "
            + "wrongly and results will differ")
      }
      if original.isBGR != convention.isBGR {
        warnings.append(
          "the filters are the original VGG-19's with red and blue swapped; the file was written "
            + "wrongly and results will differ")
      }
      return warnings
    }
    if smoothness(layers[0].weights) < 0.1 {
      return ["conv1_1 has no smooth filters; the weights are untrained or in another order"]
    }
    let (rows, columns) = asymmetry(layers[network.place(of: .conv4_1)...])
    if columns > 2 * rows {
      return ["rows and columns of the filters look swapped; compare the file with its source"]
    }
    return []
  }

  /// The correlation of horizontal and vertical neighbours in 3x3 filters; 0 for independent numbers.
  static func smoothness(_ weights: [Float]) -> Double {
    var (products, squares) = (0.0, 0.0)
    for filter in stride(from: 0, to: weights.count, by: 9) {
      for tap in 0..<9 {
        let value = Double(weights[filter + tap])
        squares += value * value
        if tap % 3 < 2 { products += value * Double(weights[filter + tap + 1]) }
        if tap < 6 { products += value * Double(weights[filter + tap + 3]) }
      }
    }
    // 9 squares for 12 pairs of neighbours.
    return squares > 0 ? products / squares * 9 / 12 : 0
  }

  /// Differences in energy of first and last rows, and of left and right columns: shares of a
  /// layer's energy, without sign, added over layers.
  static func asymmetry(
    _ layers: ArraySlice<Float32Convolution>
  ) -> (rows: Double, columns: Double) {
    var (rows, columns) = (0.0, 0.0)
    for layer in layers {
      var energy = [Double](repeating: 0, count: 9)
      for filter in stride(from: 0, to: layer.weights.count, by: 9) {
        for tap in 0..<9 {
          let value = Double(layer.weights[filter + tap])
          energy[tap] += value * value
        }
      }
      let total = max(energy.reduce(0, +), .leastNormalMagnitude)
      let down = energy[0] + energy[1] + energy[2] - energy[6] - energy[7] - energy[8]
      let across = energy[0] + energy[3] + energy[6] - energy[2] - energy[5] - energy[8]
      rows += down.magnitude / total
      columns += across.magnitude / total
    }
    return (rows, columns)
  }
}
