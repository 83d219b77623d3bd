internal import CQuantKernels

/// The layer table of a VGG network's convolutional part (Simonyan and Zisserman, arXiv 1409.1556, table 1).
///
/// 3x3 convolutions with padding 1 and ReLU in blocks; 2x2 pooling with stride 2 between blocks. Layers
/// read a multiple of 32 channels, at most 512, but for the first, which reads the image's three, and
/// write such a number.
public struct NetworkTable: Sendable, Equatable {
  /// One convolution with its ReLU.
  public struct Convolution: Sendable, Equatable {
    /// The place in the table, 0 and on.
    public let index: Int
    /// The name in the literature.
    public let name: LayerName
    /// Channels that it reads.
    public let inputChannels: Int
    /// Channels that it writes.
    public let outputChannels: Int
    /// Whether its input is the pooled output of the layer before.
    public let followsPool: Bool
    /// Whether it computes in single precision inside a fixed-point network.
    public private(set) var isFloat32 = false
    /// Rows of its input at which a row of the way back's tiles begins, modulo 4 (`GradientRows`).
    fileprivate(set) var tilePhase = 0

    fileprivate mutating func computeInFloat32() { isFloat32 = true }

    /// Whether it reads the image.
    package var readsImage: Bool { index == NetworkTable.imageLayer }
  }

  /// The place of the convolution that reads the image.
  package static let imageLayer = 0
  /// Channels of the widest layer that the kernels take.
  public static let mostChannels = Int(QV_MOST_CHANNELS)

  /// The name in files, such as `vgg19`.
  public let name: String
  /// The name in the literature, such as `VGG-19`.
  public let title: String
  /// All convolutions in the order of the data flow.
  public private(set) var convolutions: [Convolution]

  /// A network from its blocks.
  ///
  /// - Parameters:
  ///   - name: what files call it, such as `vgg19`.
  ///   - title: what messages call it, such as `VGG-19`.
  ///   - blocks: 1...9 blocks: how many layers each has, 1...9, and how many channels these write: a
  ///     positive multiple of 32, at most `mostChannels`.
  public init(name: String, title: String, blocks: [(layers: Int, channels: Int)]) {
    self.name = name
    self.title = title
    var table: [Convolution] = []
    var channels = 3
    for (block, (count, width)) in blocks.enumerated() {
      precondition(
        width % Panel.width == 0 && (1...Self.mostChannels).contains(width),
        "a layer writes a multiple of 32 channels")
      for place in 1...count {
        table.append(
          Convolution(
            index: table.count, name: LayerName(block: block + 1, place: place),
            inputChannels: channels, outputChannels: width, followsPool: place == 1 && block > 0))
        channels = width
      }
    }
    Self.placeTiles(in: &table)
    convolutions = table
  }

  /// Places the tiles of the way back, from the last layer on: those of a layer's input end a row before the
  /// tiles end from which its gradient came, so that no layer waits for more than a row.
  private static func placeTiles(in table: inout [Convolution]) {
    var edge = 0
    for index in table.indices.reversed() {
      table[index].tilePhase = (edge + 3) % 4
      edge = table[index].tilePhase * (table[index].followsPool ? 2 : 1)
    }
  }

  /// VGG-19, column E of the table: sixteen convolutions, conv1_1 to conv5_4.
  public static let vgg19 = NetworkTable(
    name: "vgg19", title: "VGG-19",
    blocks: [(2, 64), (2, 128), (4, 256), (4, 512), (4, 512)])
  /// VGG-16, column D: thirteen convolutions, without conv3_4, conv4_4 and conv5_4.
  public static let vgg16 = NetworkTable(
    name: "vgg16", title: "VGG-16",
    blocks: [(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)])
  /// The networks that weights can be of.
  public static let all = [vgg19, vgg16]

  /// Values that are subtracted from the red, green and blue channel of an image in 0...255.
  public static let mean: (red: Float, green: Float, blue: Float) = (123.68, 116.779, 103.939)

  /// The first and the last layer in words, such as `conv1_1 to conv5_4`.
  public var range: String {
    let names = convolutions.map { $0.name.description }
    return "\(names.first ?? "none") to \(names.last ?? "none")"
  }

  /// The place of a layer; nil where the network has none of this name.
  public func index(of layer: LayerName) -> Int? {
    convolutions.firstIndex { $0.name == layer }
  }

  /// The place of a layer that the network must have.
  package func place(of layer: LayerName) -> Int {
    guard let index = index(of: layer) else { preconditionFailure("the network lacks this layer") }
    return index
  }

  /// The network with some layers that compute in single precision; names that it lacks are left out.
  package func inFloat32(_ layers: [LayerName]) -> NetworkTable {
    var network = self
    for layer in convolutions where layers.contains(layer.name) {
      network.convolutions[layer.index].computeInFloat32()
    }
    return network
  }

  /// Multiply-accumulates of one forward pass through the layers up to one of them; backward is the same.
  ///
  /// Counts the mathematical products of the convolutions, no padding channels.
  package func multiplyAccumulates(through layer: LayerName, width: Int, height: Int) -> Int {
    var (width, height, sum) = (width, height, 0)
    for convolution in convolutions where convolution.name <= layer {
      if convolution.followsPool { (width, height) = (width / 2, height / 2) }
      sum += 9 * convolution.inputChannels * convolution.outputChannels * width * height
    }
    return sum
  }
}

/// The reduction of the feature maps between the blocks of the network.
public enum Pooling: String, CaseIterable, Sendable {
  /// Mean of each 2x2 window (the article's choice).
  case average = "avg"
  /// Maximum of each 2x2 window (the network as it was trained).
  case maximum = "max"
}
