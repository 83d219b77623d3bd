public import Optim
public import QuantVGG

/// One style transfer: targets, the image, and the steps that change it.
///
/// ```
/// let session = try TransferSession(
///   numbers, content: content, style: style, start: start, optimizer: adam, pool: pool)
/// for _ in 0..<100 { print(session.step().total) }
/// ```
public final class TransferSession<Numbers: Arithmetic, Optimizer: StreamingOptimizer> {
  /// What is optimised.
  public let settings: TransferSettings
  /// Sizes of all layers.
  public var shape: NetworkShape { network.shape }
  /// Bytes of the network's rings and scratch rows.
  public var arenaBytes: Int { network.arenaBytes }

  /// Where the network's time went.
  public var timing: NetworkTiming { network.timing }

  private let optimizer: Optimizer
  private let values: UnsafeMutablePointer<Float>
  private let losses: Losses<Numbers, Optimizer>
  private let network: Network<Losses<Numbers, Optimizer>>

  /// Runs the network over the style and the content to get the targets.
  ///
  /// - Parameters:
  ///   - numbers: the arithmetic, with layers up to the deepest of the losses.
  ///   - content: gives the content features; the result has its size.
  ///   - style: gives the Gram matrices, at any size.
  ///   - start: the first image, of the content's size.
  ///   - settings: what is optimised.
  ///   - optimizer: for `start.values.count` parameters.
  ///   - pool: the threads of every step.
  /// - Throws: `TransferError.tooSmall` when an image has no pixel left at the deepest layer;
  ///   `.memory` when the system refuses the memory.
  public init(
    _ numbers: Numbers, content: ImageTensor, style: ImageTensor, start: ImageTensor,
    settings: TransferSettings = TransferSettings(), optimizer: Optimizer,
    plan: NetworkPlan = .resident, pool: WorkerPool
  ) throws(TransferError) {
    precondition(start.width == content.width && start.height == content.height)
    let deepest = settings.deepest
    let least = VGG19.smallestSide(forLayer: deepest)
    for (image, isStyle) in [(content, false), (style, true)]
    where min(image.width, image.height) < least {
      throw .tooSmall(width: image.width, height: image.height, least: least, isStyle: isStyle)
    }
    self.settings = settings
    self.optimizer = optimizer
    let count = start.values.count
    let values = UnsafeMutablePointer<Float>.allocate(capacity: count)
    self.values = values
    start.values.withUnsafeBufferPointer { source in
      for i in 0..<count { (values + i).initialize(to: source[i]) }
    }
    let contentShape = NetworkShape(
      width: content.width, height: content.height, deepest: deepest)
    losses = Losses(
      numbers, shape: contentShape, widestStyle: style.width, settings: settings, image: values,
      optimizer: optimizer, pool: pool)
    do throws(MemoryError) {
      // The style's network is gone before the content's exists.
      try Self.captureStyle(
        style, numbers: numbers, losses: losses, deepest: deepest, pool: pool)
      losses.shape = contentShape
      network = try Network(
        numbers, width: content.width, height: content.height, deepest: deepest, plan: plan,
        backward: true, client: losses, pool: pool)
    } catch {
      values.deallocate()
      switch error {
      case .refused(let bytes): throw .memory(bytes: bytes)
      }
    }
    losses.mode = .contentTarget
    content.values.withUnsafeBufferPointer { run(over: $0) }
    losses.mode = .image
  }

  deinit {
    values.deallocate()
  }

  private static func captureStyle(
    _ style: ImageTensor, numbers: Numbers, losses: Losses<Numbers, Optimizer>, deepest: Int,
    pool: WorkerPool
  ) throws(MemoryError) {
    let network = try Network(
      numbers, width: style.width, height: style.height, deepest: deepest, backward: false,
      client: losses, pool: pool)
    let contentShape = losses.shape
    losses.mode = .styleTarget
    losses.shape = network.shape
    losses.reset()
    style.values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      network.forward(base)
    }
    for loss in losses.styles {
      let content = contentShape.layers[loss.layer].positions
      loss.captureTarget(
        ratio: Double(content) / Double(network.shape.layers[loss.layer].positions))
    }
  }

  private func run(over image: UnsafeBufferPointer<Float>) {
    guard let base = image.baseAddress else { return }
    network.forward(base)
  }

  /// The costs of the image as it is.
  public func evaluate() -> LossValues {
    losses.reset()
    network.forward(values)
    return losses.measure()
  }

  /// Improves the image by one step of the optimizer.
  ///
  /// Nothing is allocated.
  ///
  /// - Returns: the costs before the step.
  @discardableResult
  public func step() -> LossValues {
    let before = evaluate()
    optimizer.beginStep()
    network.backward()
    return before
  }

  /// The image, `[height][width][3]` RGB minus mean, valid until the session ends.
  public var image: UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(start: values, count: shape.width * shape.height * 3)
  }

  /// A copy of the image.
  public var tensor: ImageTensor {
    ImageTensor(width: shape.width, height: shape.height, values: Array(image))
  }
}

/// Why a transfer can not start.
public enum TransferError: Error, Equatable {
  /// An image's shorter side is below the least that the deepest layer needs.
  case tooSmall(width: Int, height: Int, least: Int, isStyle: Bool)
  /// The system refused this many bytes.
  case memory(bytes: Int)

  /// What is wrong and what to do about it.
  public var description: String {
    switch self {
    case .tooSmall(let width, let height, let least, let isStyle):
      "the \(isStyle ? "style" : "content") of \(width)x\(height) pixels is too small; the layers "
        + "need \(least) pixels a side"
    case .memory(let bytes):
      "the system refuses \(bytes >> 20) MiB of memory; use a smaller size"
    }
  }
}
