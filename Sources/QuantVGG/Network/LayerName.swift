// swift-format-ignore-file: AlwaysUseLowerCamelCase
// The literature writes conv4_2.

/// A convolution's name in the literature: the block that it is in and its place there, as in `conv4_2`.
///
/// Names are ordered as the data flows; which of them a network has is said by its `NetworkTable`.
public struct LayerName: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The block, 1 and on; a pooling lies between two blocks.
  public let block: Int
  /// The place in the block, 1 and on.
  public let place: Int

  /// A name from its numbers.
  ///
  /// - Parameters:
  ///   - block: 1...9.
  ///   - place: in the block, 1...9.
  public init(block: Int, place: Int) {
    precondition((1...9).contains(block) && (1...9).contains(place))
    self.block = block
    self.place = place
  }

  /// The name that is written `convB_P`; nil where the text is none.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 7, text.hasPrefix("conv"), bytes[5] == UInt8(ascii: "_") else {
      return nil
    }
    let (block, place) = (Int(bytes[4]) - 48, Int(bytes[6]) - 48)
    guard (1...9).contains(block), (1...9).contains(place) else { return nil }
    self.init(block: block, place: place)
  }

  /// `convB_P`.
  public var description: String { "conv\(block)_\(place)" }

  /// Poolings between the image and the layer's output: its rows and columns are 2^n times fewer.
  package var poolings: Int { block - 1 }

  /// Channels that the layer writes in both VGG networks.
  package var channels: Int { min(32 << block, 512) }

  /// The shortest image side, in pixels, for which the layer still has a pixel: 2^(block - 1).
  public var smallestSide: Int { 1 << poolings }

  /// Whether a layer comes before another.
  public static func < (left: LayerName, right: LayerName) -> Bool {
    (left.block, left.place) < (right.block, right.place)
  }

  /// The layer that reads the image.
  public static let conv1_1 = LayerName(block: 1, place: 1)
  /// The second layer of the first block.
  public static let conv1_2 = LayerName(block: 1, place: 2)
  /// The first layer of the second block.
  public static let conv2_1 = LayerName(block: 2, place: 1)
  /// The first layer of the third block.
  public static let conv3_1 = LayerName(block: 3, place: 1)
  /// The first layer of the fourth block.
  public static let conv4_1 = LayerName(block: 4, place: 1)
  /// The second layer of the fourth block, the source article's content layer.
  public static let conv4_2 = LayerName(block: 4, place: 2)
  /// The first layer of the fifth block.
  public static let conv5_1 = LayerName(block: 5, place: 1)
  /// The last layer of VGG-19's convolutional part.
  public static let conv5_4 = LayerName(block: 5, place: 4)
}
