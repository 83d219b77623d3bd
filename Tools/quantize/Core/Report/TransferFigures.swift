package import QuantVGG
internal import Rows
package import StyleTransfer

/// A style transfer on which int8 is compared with float32.
package struct ComparedTransfer {
  /// The name in reports.
  package let name: String
  /// The kind of pooling.
  package let pooling: Pooling
  /// Photo.
  package let content: ImageTensor
  /// Paintings.
  package let styles: [Style]
  /// Regions of the photo; nil where there are none.
  package var regions: Regions?
  /// The image before the first step, of the photo's size.
  package let start: ImageTensor
  /// The losses that are optimised.
  package let settings: TransferSettings

  /// A transfer from its parts.
  package init(
    _ name: String, pooling: Pooling, content: ImageTensor, styles: [Style], start: ImageTensor,
    settings: TransferSettings = TransferSettings()
  ) {
    self.name = name
    self.pooling = pooling
    self.content = content
    self.styles = styles
    self.start = start
    self.settings = settings
  }

  /// A reference case; its stored results are not used.
  package init(_ name: String, _ reference: ReferenceCase) {
    self.init(
      name, pooling: reference.pooling, content: reference.content, styles: reference.styles,
      start: reference.start, settings: reference.settings)
    regions = reference.regions
  }
}

/// The cost of int8 to a whole transfer, against the float32 network of the same weights.
package struct TransferFigures {
  /// A total cost by both networks, or of both networks' images.
  package struct Totals {
    /// float32's.
    package let float32: Double
    /// int8's.
    package let int8: Double
    /// (int8 - float32) / float32.
    package var change: Double { (int8 - float32) / float32 }
  }

  /// The transfer's name.
  package let name: String
  /// The kind of pooling.
  package let pooling: Pooling
  /// The total cost of the start image, by each network.
  package let start: Totals
  /// Cosines between both networks' image gradients, on images of the float32 run.
  package let cosines: [(step: Int, value: Double)]
  /// By style layer, how far int8's Gram matrix of the start image is from float32's, relative to it.
  package let gramErrors: [(layer: LayerName, value: Double)]
  /// Steps after which results are compared; 0 where they are not.
  package let steps: Int
  /// The total cost of each network's result, both by the float32 network.
  package let end: Totals?

  /// The step of the float32 run at which gradients are compared once more.
  package static let laterStep = 50

  /// Compares two networks on a transfer, with the article's Adam.
  ///
  /// - Parameters:
  ///   - transfer: what is compared.
  ///   - float32: the weights of the float network.
  ///   - int8: those of the fixed-point network that stands for it.
  ///   - steps: of both runs whose results are compared; 0 to leave that out.
  ///   - pool: the threads.
  ///   - progress: called with the share that is done.
  /// - Throws: `TransferError`.
  package init(
    _ transfer: ComparedTransfer, float32: Weights, int8: Weights, steps: Int,
    pool: WorkerPool, progress: (Double) -> Void = { _ in }
  ) throws {
    let truth = try transfer.session(float32, pool: pool)
    let own = try transfer.session(int8, pool: pool)
    let last = max(Self.laterStep, steps)
    let work = Double(last + steps)

    // The float32 run: its costs, and the images and gradients of two of its steps.
    var totals: [Double] = []
    var samples: [(step: Int, image: [Float], gradient: [Float])] = []
    var grams: [[Float]] = []
    for step in 0...last {
      let image = truth.pixels.array
      totals.append(truth.step().total)
      if step == 0 || step == Self.laterStep {
        samples.append((step, image, truth.gradient.array))
      }
      if step == 0 { grams = truth.grams }
      progress(Double(step) / work)
    }

    // int8 on the same images, the start image last: it is where its own run begins.
    var cosines: [(step: Int, value: Double)] = []
    var startTotal = 0.0
    for sample in samples.reversed() {
      own.pixels.copy(sample.image.span)
      startTotal = own.measureGradient().total
      cosines.append(
        (sample.step, Agreement.cosine(own.gradient.array, sample.gradient)))
    }
    self.cosines = cosines.reversed()
    start = Totals(float32: totals[0], int8: startTotal)
    gramErrors = zip(transfer.settings.styleLayers, zip(own.grams, grams)).map {
      ($0.layer, Agreement.relativeError($1.0, $1.1))
    }

    name = transfer.name
    pooling = transfer.pooling
    self.steps = steps
    guard steps > 0 else {
      end = nil
      return
    }
    for step in 0..<steps {
      own.step()
      progress(Double(last + step) / work)
    }
    truth.pixels.copy(own.pixels)
    end = Totals(float32: totals[steps], int8: truth.evaluate().total)
  }
}

extension ComparedTransfer {
  /// The transfer with a network, by the article's Adam: ready for its first step, and with gradients
  /// that can be seen.
  ///
  /// - Throws: `TransferError`.
  public func session(_ weights: Weights, pool: WorkerPool) throws -> Session {
    var transfer = Transfer.article(
      content: content, styles: styles, start: start, weights: weights, settings: settings,
      pooling: pooling)
    transfer.regions = regions
    transfer.recordsGradient = true
    return try transfer.startResident(pool: pool).session
  }
}
