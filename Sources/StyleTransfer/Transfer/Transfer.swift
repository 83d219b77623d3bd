public import FileNames
public import ImageIO
public import Optim
public import QuantVGG
internal import Rows

/// A style transfer as it is wanted: pictures, weights, what is optimised, and limits.
///
/// What it takes, the order of its phases and the fingerprint of its checkpoints all follow from
/// this value. Nothing but the pictures' headers is read until it is started.
///
/// ```
/// let weights = try Weights.find()
/// var transfer = Transfer(
///   content: try Picture(path: "photo.jpg"),
///   styles: [Style(try Picture(path: "painting.jpg"))], weights: weights)
/// transfer.longerSide = 256
/// let result = try transfer.run()
/// try result.picture.write(to: "result.png")
/// ```
public struct Transfer {
  /// The program's version, a part of every fingerprint.
  public static let version = "0.1.0"

  /// The image before the first step.
  public enum Start {
    /// The content picture.
    case content
    /// `ratio` (0...1) of noise from a seed, and the rest the content picture; see
    /// `ImageTensor.noisy`.
    case noise(ratio: Float, seed: UInt64)
    /// A picture, resized to the result.
    case picture(Picture)
  }

  /// Along which side the engine advances.
  public enum Walk: Sendable {
    /// The longer one: rows, and with them the rings of rows, are short.
    case longerSide
    /// Down the picture as it is.
    case rows
    /// From left to right.
    case columns
  }

  /// A file from which a run goes on after the program has ended.
  public struct CheckpointFile: Sendable, Equatable {
    /// The file; where it exists, it must be of the same transfer.
    public var path: FilePath
    /// Steps between two checkpoints, at least 1.
    public var every: Int

    /// A file that is written every so many steps and at the end.
    ///
    /// - Parameters:
    ///   - path: the file, which is replaced at once or not at all.
    ///   - every: steps between two checkpoints, at least 1.
    public init(path: FilePath, every: Int = 25) {
      precondition(every >= 1)
      self.path = path
      self.every = every
    }
  }

  // MARK: What is painted

  /// Gives the content, and the result its size.
  public var content: Picture
  /// Give the style, at least one: its target is the mix of what is measured of each.
  public var styles: [Style]
  /// Regions of the content, each with styles of its own; nil paints all of it with the mix of all.
  public var regions: Regions?
  /// The image before the first step.
  public var start = Start.content
  /// Seed by which each value of the first image is moved by -1, 0 or 1 grey level, so that what comes of the
  /// run tells how much chance there is in a result; nil for a start as it is.
  public var nearbySeed: UInt64?
  /// Longer side of the result; nil keeps the sizes of both pictures.
  public var longerSide: Int? = 512
  /// Whether a content picture that is smaller becomes larger.
  public var upscale = false
  /// The cost that is minimised.
  public var settings = TransferSettings()
  /// What is done about colours.
  public var colors: Colors = []
  /// The pooling between the blocks of the network.
  public var pooling = Pooling.average
  /// Layers of an int8 network that compute in single precision, forward and back.
  public var floatLayers: [LayerName] = []
  /// The float32 weights of these layers.
  public var reference: Weights?
  /// The optimizer of the image; its bounds keep colours within 0...255, but for
  /// half a unit in the last place that L-BFGS rounds by.
  public var optimizer: OptimizerSettings
  /// Steps at the result's size, at least 1; fewer where `stop` ends them.
  public var steps = 200
  /// Smaller scales that are painted before, in the order of their sizes; none paints the result at once.
  ///
  /// Each next one starts from what the one before has changed, resampled and added to the content or the picture
  /// that the transfer starts from, whose details it has kept; style and content are measured anew.
  public var coarse: [Scale] = []
  /// Ends a scale whose cost hardly changes any more; nil where all steps are made.
  public var stop: StopRule?

  // MARK: How it runs, which changes no bit

  /// Threads of every step.
  public var threads = WorkerPool.processors
  /// The instruction set that computes.
  public var instructionSet = InstructionSet.best
  /// Most bytes of the process; nil takes nine tenths of what the system could give.
  public var memory: Int?
  /// A plan; nil takes the fastest that fits.
  public var plan: MemoryPlan?
  /// The folder of a file that takes what grows with the picture, image, optimizer's state and content targets, where no
  /// plan without it fits; nil keeps all in memory.
  ///
  /// The file has no name, and ends with the run however that ends.
  public var spill: FilePath?
  /// The file that what is measured of the style is saved in, to stand for its picture
  /// (`StyleStatistics`); only with one style, and no mask of it.
  public var savedStyle: FilePath?
  /// The file from which the run goes on.
  public var checkpoint: CheckpointFile?

  /// The processes that paint the picture together; nil where this one does alone.
  package var communicator: Communicator?

  // MARK: For those who look inside

  /// Along which side the engine advances; another side rounds differently.
  public var walk = Walk.longerSide
  /// Whether the session keeps the gradient of its last step.
  public var recordsGradient = false
  /// Images of the result's size that the caller keeps besides, which the plan counts.
  public var otherImages = 0
  /// Whether another scale follows.
  var hasNext = false
  /// The scale that this one follows; nil for the first.
  var earlier: EarlierScale?

  /// The network of the weights.
  public let network: NetworkTable
  /// The arithmetic of the weights.
  public let precision: Precision
  /// nil for a transfer that is only planned.
  let weights: Weights?

  /// A transfer with the command's defaults.
  ///
  /// - Parameters:
  ///   - content: gives the content, and the result its size.
  ///   - styles: give the style, at least one.
  ///   - weights: the network; other transfers may use them at the same time.
  public init(content: Picture, styles: [Style], weights: Weights) {
    self.init(
      content: content, styles: styles, network: weights.network, precision: weights.precision,
      weights: weights)
  }

  /// A transfer that is planned and never started; `start` and `run` stop the program.
  ///
  /// - Parameters:
  ///   - content: a picture, or `Picture(blank:)` where only its size is known.
  ///   - styles: of pictures, or of `Picture(blank:)`; at least one.
  ///   - network: the network that it would use.
  ///   - precision: the arithmetic that it would use.
  public init(content: Picture, styles: [Style], network: NetworkTable, precision: Precision) {
    self.init(
      content: content, styles: styles, network: network, precision: precision, weights: nil)
  }

  private init(
    content: Picture, styles: [Style], network: NetworkTable, precision: Precision,
    weights: Weights?
  ) {
    precondition(!styles.isEmpty, "there is a style")
    self.content = content
    self.styles = styles
    self.network = network
    self.precision = precision
    self.weights = weights
    optimizer = Self.defaultOptimizer
  }

  /// L-BFGS with its history in bytes, and for Adam, where it is chosen, a rate of 10 grey levels,
  /// which a run that starts from a picture comes to step by step; colours stay within 0...255.
  public static var defaultOptimizer: OptimizerSettings {
    var settings = OptimizerSettings()
    settings.adam.learningRate = 10
    settings.adam.startsShort = true
    settings.bounds = colours
    return settings
  }

  /// The values that a picture's red, green and blue can have, minus mean.
  public static var colours: [ClosedRange<Float>] {
    let mean = NetworkTable.mean
    return [
      -mean.red...255 - mean.red, -mean.green...255 - mean.green, -mean.blue...255 - mean.blue,
    ]
  }

  /// Makes all that decides the picture, but for its size and steps, exactly the source article's:
  /// noise at the start, alpha 10 and beta 40, average pooling, Adam with rate 2, no bounds.
  ///
  /// - Parameter seed: of the noise.
  public mutating func useArticle(seed: UInt64 = 1) {
    start = .noise(ratio: 0.6, seed: seed)
    settings = TransferSettings(.article)
    pooling = .average
    optimizer = OptimizerSettings(method: .adam, state: .float32)
  }

  /// A transfer of pictures in memory, at their own sizes and along their rows, by the article's Adam.
  package static func article(
    content: ImageTensor, styles: [Style], start: ImageTensor, weights: Weights,
    settings: TransferSettings, pooling: Pooling
  ) -> Transfer {
    var transfer = Transfer(content: Picture(content), styles: styles, weights: weights)
    transfer.useArticle()
    transfer.start = .picture(Picture(start))
    transfer.longerSide = nil
    transfer.walk = .rows
    transfer.settings = settings
    transfer.pooling = pooling
    return transfer
  }

  // MARK: What follows

  /// Upright size of the result.
  public var resultSize: ImageSize {
    fittedSize(content.size, longerSide: longerSide, upscale: upscale)
  }

  /// Whether the engine's rows are the pictures' columns.
  public var isTransposed: Bool {
    switch walk {
    case .longerSide: resultSize.width > resultSize.height
    case .rows: false
    case .columns: true
    }
  }

  /// An upright size as the engine sees it.
  public func engineSize(_ size: ImageSize) -> ImageSize {
    isTransposed ? size.transposed : size
  }

  /// The optimizer's settings in this run: a short one never remembers more changes than it makes,
  /// unless more steps may follow; and only a picture to start from, or the image of an earlier scale, may be
  /// finished already.
  package var usedOptimizer: OptimizerSettings {
    var settings = optimizer
    if case .picture = start {} else if earlier == nil { settings.adam.startsShort = false }
    if checkpoint == nil { settings.lbfgs.history = min(settings.lbfgs.history, steps) }
    return settings
  }

  /// The pictures of the transfer.
  public var pictures: [Picture] {
    let pictures = [content] + styles.compactMap { $0.picture }
    if case .picture(let picture) = start { return pictures + [picture] }
    return pictures
  }

  /// Refuses pictures that become too small at any scale, scales that do not grow, and layers that the network
  /// lacks.
  ///
  /// - Throws: `TransferError.tooSmall`, `.scaleTooLarge`, `.missingLayer`, `.floatLayers`.
  public func check() throws(TransferError) {
    try checkScales()
    for scale in scales { try scale.checkScale() }
  }

  /// The same for a transfer of one scale.
  private func checkScale() throws(TransferError) {
    try checkFloatLayers()
    for (layers, isStyle) in [(settings.contentLayers, false), (settings.styleLayers, true)] {
      for layer in layers where network.index(of: layer.layer) == nil {
        throw .missingLayer(network: network, layer: layer.layer, isStyle: isStyle)
      }
    }
    try check(content, at: resultSize, canGrow: true)
    for style in styles {
      switch style.source {
      case .picture(let picture): try check(picture, at: size(style), canGrow: false)
      case .statistics(let statistics):
        try statistics.check(self)
        guard style.mask == nil else { throw .style(name: style.name, .hasNoRegions) }
        guard savedStyle == nil else { throw .style(name: style.name, .savedBefore) }
      }
    }
    try checkMasks()
  }

  private func check(
    _ picture: Picture, at size: ImageSize, canGrow: Bool
  ) throws(TransferError) {
    let least = settings.deepest.smallestSide
    guard min(size.width, size.height) < least else { return }
    throw .tooSmall(
      name: picture.name, width: size.width, height: size.height, least: least,
      remedy: SizeRemedy(for: picture.size, least: least, canGrow: canGrow))
  }

  /// Turns the content's values, rows of `[width][3]`, into the start image's.
  ///
  /// Pixels of regions that are kept stay the content's where the start is noise or follows an earlier scale.
  func makeStart(
    in image: StateRows<Float>, _ regions: ImageRegions?
  ) throws(TransferError) {
    func isKept(_ pixel: Int) -> Bool { regions?.isKept(pixel: pixel) ?? false }
    let width = image.rowLength / 3
    switch start {
    case .content: break
    case .noise where earlier != nil: break
    case .noise(let ratio, let seed):
      var generator = SplitMix64(seed: seed)
      generator.skip(image.kept.lowerBound * image.rowLength)
      image.update { (rows, part) in
        part.withMutableSpan { values in
          ImageTensor.mixNoise(into: &values, ratio: ratio, &generator) {
            isKept(rows.lowerBound * width + $0)
          }
        }
      }
    case .picture(let picture):
      try picture.read(into: image, size: resultSize, transposed: isTransposed)
    }
    earlier?.image?.add(to: image, isKept: isKept)
    if let nearbySeed {
      var generator = SplitMix64(seed: nearbySeed)
      generator.skip(image.kept.lowerBound * image.rowLength)
      image.update { (_, part) in
        part.withMutableSpan { ImageTensor.moveByLevels(in: &$0, &generator) }
      }
    }
  }
}
