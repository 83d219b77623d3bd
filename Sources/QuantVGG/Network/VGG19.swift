/// The layer table of VGG-19's convolutional part (Simonyan and Zisserman, arXiv 1409.1556, table 1, column E).
///
/// Sixteen 3x3 convolutions with padding 1 and ReLU in five blocks; 2x2 pooling with stride 2 between
/// blocks. This is the only place that knows names and channel counts.
public enum VGG19 {
  /// One convolution with its ReLU.
  public struct Convolution: Sendable, Equatable {
    /// Position in the table, 0...15.
    public let index: Int
    /// The name in the literature, from conv1_1 to conv5_4.
    public let name: String
    /// Channels that it reads.
    public let inputChannels: Int
    /// Channels that it writes.
    public let outputChannels: Int
    /// Whether its input is the pooled output of the layer before.
    public let followsPool: Bool
  }

  /// All convolutions from conv1_1 to conv5_4, in the order of the data flow.
  public static let convolutions: [Convolution] = {
    var table: [Convolution] = []
    var channels = 3
    for (block, (count, width)) in [(2, 64), (2, 128), (4, 256), (4, 512), (4, 512)].enumerated() {
      for number in 1...count {
        table.append(
          Convolution(
            index: table.count, name: "conv\(block + 1)_\(number)", inputChannels: channels,
            outputChannels: width, followsPool: number == 1 && block > 0))
        channels = width
      }
    }
    return table
  }()

  /// Values that are subtracted from the red, green and blue channel of an image in 0...255.
  public static let mean: (red: Float, green: Float, blue: Float) = (123.68, 116.779, 103.939)

  /// The index of a layer by name, or nil.
  public static func index(ofLayer name: String) -> Int? {
    convolutions.firstIndex { $0.name == name }
  }

  /// Poolings between the image and a layer's output: its rows and columns are 2^n times fewer.
  public static func poolings(before layer: Int) -> Int {
    convolutions[...layer].count { $0.followsPool }
  }

  /// The shortest image side for which a layer still has a pixel: 1, 2, 4, 8 or 16.
  public static func smallestSide(forLayer layer: Int) -> Int {
    1 << poolings(before: layer)
  }

  /// Multiply-accumulates of one forward pass through layers 0...layer of an image; backward is the same.
  ///
  /// Counts the mathematical products of the convolutions, no padding channels.
  public static func multiplyAccumulates(throughLayer layer: Int, width: Int, height: Int) -> Int {
    var (width, height, sum) = (width, height, 0)
    for convolution in convolutions[...layer] {
      if convolution.followsPool { (width, height) = (width / 2, height / 2) }
      sum += 9 * convolution.inputChannels * convolution.outputChannels * width * height
    }
    return sum
  }
}

/// How the feature maps are reduced between the blocks of the network.
public enum Pooling: String, CaseIterable, Sendable {
  /// Mean of each 2x2 window (the article's choice).
  case average = "avg"
  /// Maximum of each 2x2 window (the network as it was trained).
  case maximum = "max"
}
