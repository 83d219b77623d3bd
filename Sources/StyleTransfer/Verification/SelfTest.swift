internal import ImageIO
package import Optim
public import QuantVGG

/// A small transfer that needs no file: pictures and weights follow from a seed by integer arithmetic, so the image
/// after its steps has the same bits on every machine whose arithmetic is right.
public struct SelfTest: Sendable {
  /// "int8, avg, lbfgs": what computes, pools and optimises.
  public let name: String
  /// SHA-256 of the right image's `[height][width][3]` values, in hexadecimal.
  public let hash: String
  private let precision: Precision
  private let pooling: Pooling
  private let method: OptimizerSettings.Method
  private let seed: UInt64

  /// A transfer; another seed than 1 makes another image.
  package init(
    _ precision: Precision, _ pooling: Pooling, _ method: OptimizerSettings.Method, hash: String,
    seed: UInt64 = 1
  ) {
    name = "\(precision.rawValue), \(pooling.rawValue), \(method.rawValue)"
    self.hash = hash
    self.precision = precision
    self.pooling = pooling
    self.method = method
    self.seed = seed
  }

  /// Both arithmetics, poolings and optimizers.
  public static let all = [
    SelfTest(
      .int8, .average, .lbfgs,
      hash: "2d058fc05a3c0b552fb73ee9cb97bae394b3790b96b0723afc8699f12b3b983b"),
    SelfTest(
      .int8, .maximum, .adam,
      hash: "0193291c2459f79208fcc360c225dd6611c1a60b9a8dfd88a17c16567cdbd75b"),
    SelfTest(
      .float32, .average, .adam,
      hash: "d73348dffca4b93a60b839fcc451e29b84164030a95af0e657980567f0fc74ed"),
    SelfTest(
      .float32, .maximum, .lbfgs,
      hash: "c0e5e9a592631b9fdcf6fd6f126a9396ee71cbd566142d0212ebd4dd7f426ce0"),
  ]

  /// The last layer; its sums have 1152 products.
  private static let deepest = LayerName.conv3_1
  private static let steps = 3

  /// Runs the transfer.
  ///
  /// - Parameters:
  ///   - instructionSet: what computes; one of this machine.
  ///   - pool: the threads.
  /// - Returns: the image after the last step.
  /// - Throws: `TransferError.overLimit`, `.memory` where the system has no memory for it.
  public func image(
    _ instructionSet: InstructionSet, pool: WorkerPool
  ) throws(TransferError) -> ImageTensor {
    var numbers = IntegerNumbers(seed: seed)
    // Odd at every level of the network, and a style of another size.
    let content = numbers.picture(width: 37, height: 21)
    let style = numbers.picture(width: 26, height: 31)
    var transfer = Transfer(
      content: Picture(content), styles: [Style(Picture(style))], weights: weights(&numbers))
    transfer.longerSide = nil
    transfer.start = .noise(ratio: 0.6, seed: seed)
    transfer.settings = TransferSettings(
      contentLayers: Self.contentLayers, styleLayers: Self.styleLayers)
    transfer.pooling = pooling
    transfer.optimizer.method = method
    transfer.steps = Self.steps
    transfer.instructionSet = instructionSet
    let run = try transfer.startResident(pool: pool)
    for _ in 0..<Self.steps { run.session.step() }
    return run.picture.tensor
  }

  // Constant arrays of one function can be mixed up (Scripts/check-objects).
  @inline(never) private static var contentLayers: [TransferSettings.LayerWeight] {
    [.init(layer: LayerName(block: 2, place: 2), weight: 1)]
  }

  @inline(never) private static var styleLayers: [TransferSettings.LayerWeight] {
    [LayerName.conv1_1, .conv2_1, deepest].map { .init(layer: $0, weight: 0.25) }
  }

  private func weights(_ numbers: inout IntegerNumbers) -> Weights {
    let network = NetworkTable.vgg19
    let layers = network.convolutions.filter { $0.name <= Self.deepest }
    switch precision {
    case .int8:
      let convolutions = layers.map { numbers.int8($0) }
      return Weights([.average: convolutions, .maximum: convolutions], of: network)
    case .float32: return Weights(layers.map { numbers.float32($0) }, of: network)
    }
  }
}

/// Whole numbers from a seed, and what is made of them without rounding.
private struct IntegerNumbers {
  private var generator: SplitMix64

  init(seed: UInt64) {
    generator = SplitMix64(seed: seed)
  }

  /// A number from -`bound` to `bound`.
  private mutating func next(_ bound: Int) -> Int {
    Int(generator.next() >> 33) % (2 * bound + 1) - bound
  }

  /// Colours of 0...255.
  mutating func picture(width: Int, height: Int) -> ImageTensor {
    ImageTensor(
      width: width, height: height,
      rgb: (0..<3 * width * height).map { _ in Float(generator.next() >> 56) })
  }

  /// Weights whose activations neither die nor explode.
  mutating func int8(_ layer: NetworkTable.Convolution) -> Int8Convolution {
    let unit = Self.unit(layer)
    return Int8Convolution(
      weights: (0..<layer.weightCount).map { _ in Int8(next(127)) },
      weightScale: (0..<layer.outputChannels).map { _ in Float(1024 + next(200)) * unit / 1024 },
      bias: (0..<layer.outputChannels).map { _ in Int32(next(3000)) }, outputScale: 1.75)
  }

  mutating func float32(_ layer: NetworkTable.Convolution) -> Float32Convolution {
    let unit = Self.unit(layer)
    return Float32Convolution(
      weights: (0..<layer.weightCount).map { _ in Float(next(127)) * unit },
      bias: (0..<layer.outputChannels).map { _ in Float(next(80)) / 16 })
  }

  /// The power of two below (6 / n)^0.5 / 127 for sums of n products.
  private static func unit(_ layer: NetworkTable.Convolution) -> Float {
    var unit: Float = 1
    while unit * unit * Float(127 * 127 * 9 * layer.inputChannels) > 6 { unit /= 2 }
    return unit
  }
}

extension NetworkTable.Convolution {
  fileprivate var weightCount: Int { 9 * inputChannels * outputChannels }
}
