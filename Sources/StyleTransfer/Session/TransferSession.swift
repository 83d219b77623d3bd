public import Optim
public import QuantVGG

/// One style transfer: targets, the image, and the steps that change it.
///
/// ```
/// let session = try TransferSession(
///   numbers, content: content, style: style, start: start, optimizer: adam, pool: pool)
/// for _ in 0..<100 { print(session.step().total) }
/// ```
public final class TransferSession<Numbers: Arithmetic> {
  /// What is optimised.
  public let settings: TransferSettings
  /// Sizes of all layers.
  public var shape: NetworkShape { network.shape }
  /// Where the network's time went.
  public var timing: NetworkTiming { network.timing }

  private let numbers: Numbers
  private let optimizer: Optimizer
  private let plan: NetworkPlan
  private let pool: WorkerPool
  private let memory: Arena
  private let values: UnsafeMutablePointer<Float>
  private let mover: RowMover
  private let losses: Losses<Numbers>
  private let network: Network<Losses<Numbers>>

  /// Asks for all memory of a transfer; `captureStyle`, then the content's pixels in `pixels` and
  /// `captureContent`, and then the first image in `pixels` make it ready.
  ///
  /// - Parameters:
  ///   - numbers: the arithmetic, with layers up to the deepest of the losses.
  ///   - width: columns of the content and the result.
  ///   - height: rows of the content and the result.
  ///   - widestStyle: columns of the widest style image.
  ///   - settings: what is optimised.
  ///   - optimizer: for `height` rows of `width * 3` numbers.
  ///   - plan: how many rows stay in memory.
  ///   - pool: the threads of every step.
  /// - Throws: `TransferError.tooSmall` when the content has no pixel left at the deepest layer;
  ///   `.memory` when the system refuses the memory.
  public init(
    _ numbers: Numbers, width: Int, height: Int, widestStyle: Int,
    settings: TransferSettings = TransferSettings(), optimizer: Optimizer,
    plan: NetworkPlan = .resident, pool: WorkerPool
  ) throws(TransferError) {
    try Self.checkSize(width, height, settings, isStyle: false)
    self.numbers = numbers
    self.settings = settings
    self.optimizer = optimizer
    self.plan = plan
    self.pool = pool
    let shape = NetworkShape(
      numbers.network, width: width, height: height, deepest: settings.deepest)
    let layout = SessionLayout<Numbers>(
      shape, widestStyle: widestStyle, settings: settings, threads: pool.threads)
    do throws(MemoryError) {
      memory = try Arena(layout.memory)
      losses = Losses(
        numbers, shape: shape, settings: settings, layout: layout, memory: memory,
        optimizer: optimizer, pool: pool)
      network = try Network(
        numbers, width: width, height: height, deepest: settings.deepest, plan: plan,
        backward: true, client: losses, pool: pool)
    } catch {
      throw TransferError(error)
    }
    values = memory.at(layout.image)
    mover = RowMover(optimizer, values)
  }

  /// A transfer that is ready for its first step.
  ///
  /// - Parameters:
  ///   - numbers: the arithmetic, with layers up to the deepest of the losses.
  ///   - content: gives the content features; the result has its size.
  ///   - style: gives the Gram matrices, at any size.
  ///   - start: the first image, of the content's size.
  ///   - settings: what is optimised.
  ///   - optimizer: for rows of the content.
  ///   - plan: how many rows stay in memory.
  ///   - pool: the threads of every step.
  /// - Throws: `TransferError.tooSmall` when an image has no pixel left at the deepest layer;
  ///   `.memory` when the system refuses the memory.
  public convenience init(
    _ numbers: Numbers, content: ImageTensor, style: ImageTensor, start: ImageTensor,
    settings: TransferSettings = TransferSettings(), optimizer: Optimizer,
    plan: NetworkPlan = .resident, pool: WorkerPool
  ) throws(TransferError) {
    precondition(start.width == content.width && start.height == content.height)
    try self.init(
      numbers, width: content.width, height: content.height, widestStyle: style.width,
      settings: settings, optimizer: optimizer, plan: plan, pool: pool)
    try captureStyle(style)
    load(content)
    captureContent()
    load(start)
  }

  private static func checkSize(
    _ width: Int, _ height: Int, _ settings: TransferSettings, isStyle: Bool
  ) throws(TransferError) {
    let least = settings.deepest.smallestSide
    guard min(width, height) >= least else {
      throw .tooSmall(width: width, height: height, least: least, isStyle: isStyle)
    }
  }

  /// Takes the Gram matrices of a style image as targets.
  ///
  /// - Throws: `TransferError.tooSmall`, `.memory`.
  public func captureStyle(_ style: ImageTensor) throws(TransferError) {
    try Self.checkSize(style.width, style.height, settings, isStyle: true)
    let styleNetwork: Network<Losses<Numbers>>
    do throws(MemoryError) {
      // Its memory is given back before the first row of the content is written.
      styleNetwork = try Network(
        numbers, width: style.width, height: style.height, deepest: settings.deepest, plan: plan,
        backward: false, client: losses, pool: pool)
    } catch {
      throw TransferError(error)
    }
    losses.mode = .styleTarget
    losses.shape = styleNetwork.shape
    losses.reset()
    style.values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      styleNetwork.forward(base)
    }
    for loss in losses.styles {
      let content = Double(shape.layers[loss.layer].positions)
      let own = Double(styleNetwork.shape.layers[loss.layer].positions)
      loss.captureTarget(ratio: content / own)
    }
    losses.shape = shape
    losses.mode = .image
  }

  /// Takes the features of the image as it is as the content's.
  public func captureContent() {
    losses.mode = .contentTarget
    network.forward(values)
    losses.mode = .image
  }

  private func load(_ image: ImageTensor) {
    image.values.withUnsafeBufferPointer { source in
      for i in 0..<source.count { values[i] = source[i] }
    }
  }

  /// The image, `[height][width][3]` RGB minus mean, to be written before the first step; valid
  /// until the session ends.
  public var pixels: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: values, count: shape.width * shape.height * 3)
  }

  /// The costs of the image as it is.
  public func evaluate() -> LossValues {
    losses.reset()
    network.forward(values)
    return losses.measure()
  }

  /// The Gram matrices of the image as it was when its costs were measured last: by style layer,
  /// `[channels][channels]` in real units.
  public var grams: [[Float]] { losses.styles.map { $0.gram } }

  /// Improves the image by one step of the optimizer.
  ///
  /// Nothing is allocated.
  ///
  /// - Returns: the costs before the step.
  @discardableResult
  public func step() -> LossValues {
    let before = evaluate()
    optimizer.beginStep(loss: before.total)
    network.backward()
    optimizer.endStep()
    if optimizer.moves { pool.run(mover, items: shape.height) }
    return before
  }

  /// The image, `[height][width][3]` RGB minus mean, valid until the session ends.
  public var image: UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(start: values, count: shape.width * shape.height * 3)
  }

  /// What changes from step to step, to be saved between two steps or restored before the first.
  public var state: SessionState {
    SessionState(image: pixels, optimizer: optimizer, memory: memory)
  }

  /// A copy of the image.
  public var tensor: ImageTensor {
    ImageTensor(width: shape.width, height: shape.height, values: Array(image))
  }
}

/// Changes rows by an optimizer that has seen all of the gradient.
private final class RowMover: ParallelWork {
  private let optimizer: Optimizer
  private let values: UnsafeMutablePointer<Float>

  init(_ optimizer: Optimizer, _ values: UnsafeMutablePointer<Float>) {
    self.optimizer = optimizer
    self.values = values
  }

  override func run(item: Int, worker: Int) {
    optimizer.move(values + item * optimizer.rowLength, row: item)
  }
}

/// Why a transfer can not start.
public enum TransferError: Error, Equatable, CustomStringConvertible {
  /// An image's shorter side is below the least that the deepest layer needs.
  case tooSmall(width: Int, height: Int, least: Int, isStyle: Bool)
  /// The system refused this many bytes.
  case memory(bytes: Int)

  init(_ error: MemoryError) {
    switch error {
    case .refused(let bytes): self = .memory(bytes: bytes)
    }
  }

  /// From an optimizer's.
  public init(_ error: OptimizerError) {
    switch error {
    case .refused(let bytes): self = .memory(bytes: bytes)
    }
  }

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
