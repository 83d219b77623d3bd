internal import Optim
public import QuantVGG
public import StyleTransfer

/// A style transfer on which int8 is compared with float32.
public struct ComparedTransfer {
  /// The name in reports.
  public let name: String
  /// The kind of pooling.
  public let pooling: Pooling
  /// Photo.
  public let content: ImageTensor
  /// Painting.
  public let style: ImageTensor
  /// The image before the first step, of the photo's size.
  public let start: ImageTensor
  /// The losses that are optimised.
  public let settings: TransferSettings

  /// A transfer from its parts.
  public init(
    _ name: String, pooling: Pooling, content: ImageTensor, style: ImageTensor, start: ImageTensor,
    settings: TransferSettings = TransferSettings()
  ) {
    self.name = name
    self.pooling = pooling
    self.content = content
    self.style = style
    self.start = start
    self.settings = settings
  }

  /// A reference case; its stored results are not used.
  public init(_ name: String, _ reference: ReferenceCase) {
    self.init(
      name, pooling: reference.pooling, content: reference.content, style: reference.style,
      start: reference.start, settings: reference.settings)
  }
}

/// The cost of int8 to a whole transfer, against the float32 network of the same weights.
public struct TransferFigures {
  /// A total cost by both networks, or of both networks' images.
  public struct Totals {
    /// float32's.
    public let float32: Double
    /// int8's.
    public let int8: Double
    /// (int8 - float32) / float32.
    public var change: Double { (int8 - float32) / float32 }
  }

  /// The transfer's name.
  public let name: String
  /// The kind of pooling.
  public let pooling: Pooling
  /// The total cost of the start image, by each network.
  public let start: Totals
  /// Cosines between both networks' image gradients, on images of the float32 run.
  public let cosines: [(step: Int, value: Double)]
  /// By style layer, how far int8's Gram matrix of the start image is from float32's, relative to it.
  public let gramErrors: [(layer: LayerName, value: Double)]
  /// Steps after which results are compared; 0 where they are not.
  public let steps: Int
  /// The total cost of each network's result, both by the float32 network.
  public let end: Totals?

  /// The step of the float32 run at which gradients are compared once more.
  public static let laterStep = 50

  /// Compares two networks on a transfer, with the article's Adam.
  ///
  /// - Parameters:
  ///   - transfer: what is compared.
  ///   - float32: the float network, with the transfer's pooling.
  ///   - int8: the fixed-point network of the same weights, with the same pooling.
  ///   - steps: of both runs whose results are compared; 0 to leave that out.
  ///   - pool: the threads.
  ///   - progress: called with the share that is done.
  /// - Throws: `TransferError`.
  public init(
    _ transfer: ComparedTransfer, float32: Float32Arithmetic, int8: Int8Arithmetic, steps: Int,
    pool: WorkerPool, progress: (Double) -> Void = { _ in }
  ) throws {
    let truth = try RecordedRun(transfer, float32, pool: pool)
    let own = try RecordedRun(transfer, int8, pool: pool)
    let last = max(Self.laterStep, steps)
    let work = Double(last + steps)

    // The float32 run: its costs, and the images and gradients of two of its steps.
    var totals: [Double] = []
    var samples: [(step: Int, image: [Float], gradient: [Float])] = []
    var grams: [[Float]] = []
    for step in 0...last {
      let image = Array(truth.session.image)
      totals.append(truth.session.step().total)
      if step == 0 || step == Self.laterStep {
        samples.append((step, image, Array(truth.recorder.gradient)))
      }
      if step == 0 { grams = truth.session.grams }
      progress(Double(step) / work)
    }

    // int8 on the same images, the start image last: it is where its own run begins.
    own.recorder.isFrozen = true
    var cosines: [(step: Int, value: Double)] = []
    var startTotal = 0.0
    for sample in samples.reversed() {
      own.load(sample.image)
      startTotal = own.session.step().total
      cosines.append(
        (sample.step, Agreement.cosine(Array(own.recorder.gradient), sample.gradient)))
    }
    self.cosines = cosines.reversed()
    start = Totals(float32: totals[0], int8: startTotal)
    gramErrors = zip(transfer.settings.styleLayers, zip(own.session.grams, grams)).map {
      ($0.layer, Agreement.relativeError($1.0, $1.1))
    }

    name = transfer.name
    pooling = transfer.pooling
    self.steps = steps
    guard steps > 0 else {
      end = nil
      return
    }
    own.recorder.isFrozen = false
    for step in 0..<steps {
      own.session.step()
      progress(Double(last + step) / work)
    }
    truth.load(Array(own.session.image))
    end = Totals(float32: totals[steps], int8: truth.session.evaluate().total)
  }
}

/// A transfer's session whose gradients can be seen.
private struct RecordedRun<Numbers: Arithmetic> {
  let session: TransferSession<Numbers>
  let recorder: GradientRecorder

  init(
    _ transfer: ComparedTransfer, _ numbers: Numbers, pool: WorkerPool
  ) throws {
    do {
      recorder = try GradientRecorder(
        Adam(rowLength: 3 * transfer.start.width, rows: transfer.start.height))
    } catch {
      throw TransferError(error)
    }
    session = try TransferSession(
      numbers, content: transfer.content, style: transfer.style, start: transfer.start,
      settings: transfer.settings, optimizer: recorder, pool: pool)
  }

  /// Makes an image the session's.
  func load(_ image: [Float]) {
    for i in image.indices { session.pixels[i] = image[i] }
  }
}
