package import QuantVGG

/// The lie of conv1_1's filters relative to those of the original VGG-19 (Simonyan and Zisserman's Caffe
/// model), found by comparing some of them.
///
/// Names do not say how weights were trained or which channel comes first: files with torchvision's
/// names are there with torchvision's weights and with the original ones. The first layer's numbers
/// do: nobody trains the same filters twice. For other weights there is no answer. Filters of another network
/// can be compared too; they tell how that layer lies, not whose the other layers are.
package struct OriginalFilters: Equatable {
  /// The network whose original filters are known here.
  package static let network = NetworkTable.vgg19

  /// The lie of the file's 3x3 filters.
  package enum Orientation: CaseIterable {
    case upright
    /// Rows and columns are swapped.
    case transposed
    /// Turned by 180 degrees.
    case turned
  }

  /// Whether blue is the first input channel.
  package let isBGR: Bool
  package let orientation: Orientation
  /// The file's weights relative to the original's; 1 where the input is in 0...255, about 57 where it is
  /// normalised to deviations.
  package let scale: Double

  /// Compares the filters of a first layer, `[64][3][3][3]`; nil when they are not the original's.
  ///
  /// A filter's scale does not count, so that networks with scaled activations (Gatys' normalised
  /// one) are recognised.
  package init?(_ weights: [Float]) {
    var best = (cosine: 0.95, found: nil as OriginalFilters?)
    for isBGR in [false, true] {
      for orientation in Orientation.allCases {
        var (cosine, scale) = (0.0, 0.0)
        for filter in Self.sample {
          var (dot, ours, theirs) = (0.0, 0.0, 0.0)
          for i in 0..<27 {
            let channel = isBGR ? 2 - i / 9 : i / 9
            let place = channel * 9 + Self.place(of: i % 9, orientation)
            let a = Double(weights[filter.output * 27 + place])
            let b = Double(filter.weights[i]) / 100
            dot += a * b
            theirs += a * a
            ours += b * b
          }
          guard theirs > 0 else { return nil }
          cosine += dot / (ours * theirs).squareRoot() / Double(Self.sample.count)
          scale += (theirs / ours).squareRoot() / Double(Self.sample.count)
        }
        guard cosine > best.cosine else { continue }
        best = (cosine, OriginalFilters(isBGR: isBGR, orientation: orientation, scale: scale))
      }
    }
    guard let found = best.found else { return nil }
    self = found
  }

  private init(isBGR: Bool, orientation: Orientation, scale: Double) {
    self.isBGR = isBGR
    self.orientation = orientation
    self.scale = scale
  }

  private static func place(of tap: Int, _ orientation: Orientation) -> Int {
    switch orientation {
    case .upright: tap
    case .transposed: tap % 3 * 3 + tap / 3
    case .turned: 8 - tap
    }
  }

  /// The input that the original network needs where its filters are like this.
  package var convention: InputConvention {
    // Normalised input is smaller by deviations of 57 grey levels, and the weights are larger.
    if scale > 10 { return .torchvision }
    return isBGR ? .bgr : .rgb
  }

  /// Eight of the original's filters, RGB, in hundredths.
  ///
  /// Those that change most when channels or axes are swapped, from
  /// `Fixtures/vgg19-reference.safetensors`.
  package static let sample: [(output: Int, weights: [Int8])] = [
    (
      7,
      [
        12, 27, 28, -16, -2, 20, -22, -13, 10,
        7, 22, 26, -24, -11, 14, -30, -21, 4,
        2, 10, 11, -23, -17, 3, -23, -20, -1,
      ]
    ),
    (
      9,
      [
        -13, -23, -12, -5, -13, -3, 5, 3, 7,
        -15, -24, -13, -5, -12, -3, 4, 4, 6,
        5, -2, 6, 15, 10, 16, 20, 21, 21,
      ]
    ),
    (
      13,
      [
        -9, -18, -24, 1, -4, -19, 2, 0, -11,
        2, -6, -15, 14, 10, -7, 14, 12, -1,
        5, 0, -8, 17, 15, -1, 15, 15, 3,
      ]
    ),
    (
      20,
      [
        23, 16, 3, 8, -13, -24, -4, -25, -31,
        24, 16, 0, 9, -13, -27, -6, -28, -36,
        35, 32, 17, 25, 9, -4, 12, -4, -13,
      ]
    ),
    (
      27,
      [
        -3, 7, 3, 3, 20, 10, -3, 7, 3,
        4, 11, 9, 7, 22, 15, 4, 11, 8,
        -20, -19, -18, -20, -12, -17, -19, -18, -18,
      ]
    ),
    (
      29,
      [
        22, 25, 13, 21, 21, 10, 11, 10, 4,
        -2, -1, -5, -6, -8, -11, -7, -10, -9,
        -19, -19, -15, -21, -24, -19, -15, -18, -12,
      ]
    ),
    (
      45,
      [
        9, 25, 37, -33, -22, 26, -32, -25, 13,
        9, 27, 43, -36, -23, 29, -36, -28, 13,
        9, 22, 32, -28, -21, 23, -24, -22, 12,
      ]
    ),
    (
      49,
      [
        -9, 8, 25, -40, -24, 13, -35, -21, 6,
        -3, 17, 35, -35, -14, 24, -32, -14, 14,
        7, 25, 36, -18, 0, 30, -15, 0, 21,
      ]
    ),
  ]
}
