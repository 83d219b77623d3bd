internal import ImageIO
internal import QuantVGG
internal import Rows

/// The runs of an `ArithmeticCheck` with one kind of pooling.
struct ArithmeticProbe {
  private typealias Pair = NetworkPair<
    ProbeClient<Int8Arithmetic>, ProbeClient<Float32Arithmetic>, PairSums
  >

  private let transfer: Transfer
  private let plan: NetworkPlan
  private let pool: WorkerPool
  private let numbers: Int8Arithmetic
  private let reference: Float32Arithmetic
  private let own: ProbeClient<Int8Arithmetic>
  private let truth: ProbeClient<Float32Arithmetic>
  private let sums: PairSums

  /// Packs both networks.
  init(
    _ transfer: Transfer, _ weights: Weights, reference: Weights, plan: NetworkPlan,
    pool: WorkerPool
  ) throws(TransferError) {
    self.transfer = transfer
    self.plan = plan
    self.pool = pool
    let numbers = try Int8Arithmetic.pack(weights, transfer.packing(copies: .forward))
    let floats = try Float32Arithmetic.pack(reference, transfer.packing(copies: .both))
    (self.numbers, self.reference) = (numbers, floats)
    let (shape, losses) = (transfer.arithmeticShape, transfer.arithmeticLosses)
    let widest = transfer.widestArithmetic
    (own, truth, sums) = try TransferError.from { () throws(MemoryError) in
      (
        try ProbeClient(numbers, shape, widest: widest, losses: losses, pool: pool),
        try ProbeClient(floats, shape, widest: widest, losses: losses, pool: pool),
        try PairSums(numbers, shape, pool: pool)
      )
    }
  }

  /// The figures of the pictures, and of noise.
  func passes() throws(TransferError) -> [ArithmeticCheck.Pass] {
    let weight = transfer.styles.reduce(0) { $0 + $1.weight }
    for style in transfer.styles { try measure(style, style.weight / weight) }
    own.endTargets()
    truth.endTargets()
    let shape = transfer.arithmeticShape
    let pair = try pair(shape, hasBackward: true)
    let image = try Self.image(transfer.resultSize)
    return try image.withElements { (image) throws(TransferError) in
      try read(transfer.content, transfer.resultSize, into: image)
      let picture = pass(.picture, pair, image)
      sums.clear()
      NoisePicture.fill(image, width: shape.width)
      return [picture, pass(.noise, pair, image)]
    }
  }

  private func pass(
    _ kind: ArithmeticCheck.Kind, _ pair: Pair, _ image: MemorySlice<Float>
  ) -> ArithmeticCheck.Pass {
    begin(width: pair.shape.width)
    pair.forward(image)
    own.finish()
    truth.finish()
    pair.backward()
    var agreement = Agreement.Sums()
    for i in 0..<image.count { agreement.add(own.gradient[i], truth.gradient[i]) }
    return ArithmeticCheck.Pass(
      kind: kind,
      layers: pair.shape.layers.indices.map { index in
        var gramError: Double?
        if let gram = own.gram(layer: index), let wanted = truth.gram(layer: index) {
          gramError = Agreement.relativeError(gram, wanted)
        }
        return sums.figures(pair.shape.layers[index].convolution, gramError: gramError)
      }, imageGradient: SignalAgreement(agreement))
  }

  /// Runs a style forward, whose figures count as the picture's, and adds its Gram matrices to the targets.
  private func measure(_ style: Style, _ share: Double) throws(TransferError) {
    guard let picture = style.picture else { return }
    let size = transfer.engineSize(transfer.size(style))
    let shape = NetworkShape(
      transfer.network, width: size.width, height: size.height, deepest: transfer.settings.deepest)
    let pair = try pair(shape, hasBackward: false)
    let image = try Self.image(transfer.size(style))
    try image.withElements { (image) throws(TransferError) in
      try read(picture, transfer.size(style), into: image)
      begin(width: shape.width)
      pair.forward(image)
    }
    own.addTargets(shape, share: share)
    truth.addTargets(shape, share: share)
  }

  private func begin(width: Int) {
    own.begin(width: width)
    truth.begin(width: width)
  }

  private func pair(_ shape: NetworkShape, hasBackward: Bool) throws(TransferError) -> Pair {
    try TransferError.from { () throws(MemoryError) in
      try NetworkPair(
        own, numbers, truth, reference, shape: shape, plan: plan, hasBackward: hasBackward,
        observer: sums, pool: pool)
    }
  }

  private func read(
    _ picture: Picture, _ size: ImageSize, into image: MemorySlice<Float>
  ) throws(TransferError) {
    try image.withMutableSpan { (values) throws(TransferError) in
      try picture.read(into: &values, size: size, transposed: transfer.isTransposed)
    }
  }

  private static func image(_ size: ImageSize) throws(TransferError) -> Block<Float> {
    try TransferError.from { () throws(MemoryError) in
      try Block<Float>(count: 3 * size.pixelCount)
    }
  }
}
