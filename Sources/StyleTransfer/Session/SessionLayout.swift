internal import ImageIO
internal import Optim
internal import QuantVGG
internal import Rows

/// The places of the image and its terms' numbers in a session's two blocks of memory.
struct SessionLayout<Numbers: LossArithmetic> {
  /// `[height][width][3]` Float32, as passes forward read it.
  let image: StateRows<Float>.Layout
  /// The same rows where they move.
  let moving: StateRows<Float>.Layout
  /// Bytes in memory of these.
  let imageBytes: Int
  /// What the optimizer remembers.
  let state: StateRows<UInt8>.Layout
  /// Rows of the picture that are read at once from an image in a file; nil where it is in memory.
  let pictureBlock: Reservation<Float>?
  /// The levels of the same rows where their colours are the content's; nil where `contentColors` has all.
  let colorBlock: Reservation<UInt8>?
  /// Rows that go from one process to another; nil where there is one alone.
  let givenRows: Reservation<UInt8>?
  /// The memory of these.
  let stateMemory: ArenaPlan
  /// The file that image, state and content targets are in; nil where they are in memory.
  let file: RowFilePlan?
  /// `[rows][width][3]` levels of the content at the rows that the process paints, whose colours the result gets; nil where it keeps its own.
  let contentColors: Reservation<UInt8>?
  /// The bytes of these.
  let colorBytes: Int
  let contents: [ContentTerm<Numbers>.Layout]
  /// By style layer, for each painted region; none where the loss has no such term.
  let grams: [GramTerm<Numbers>.Layout]
  /// Of the same places, or none.
  let moments: [MomentTerm<Numbers>.Layout]
  let histograms: [HistogramTerm<Numbers>.Layout]
  let constants: ConstantRows<Numbers>.Layout?
  /// By style layer, of what is saved of a style; none where it is not saved.
  let saved: [StyleSums<Numbers>.Layout]
  let scratch: GramScratch.Layout
  /// The image, and what the terms of layers need.
  let memory: ArenaPlan
  /// The bytes of it that are in use while styles are measured.
  let styleBytes: Int
  /// Those of targets that are first written when the style ends.
  let targetBytes: Int
  /// Of the layer that has most channels.
  let largestGramBytes: Int
  /// The targets of style terms while they are mixed, and what is saved of a style.
  let mixMemory: ArenaPlan

  /// Sums of the image's own terms; nil where there is none.
  let variationSums: Reservation<Double>?
  /// Rows of the image as they were before they moved; nil where no term reads them.
  let unmoved: UnmovedRows.Layout?
  /// The memory that steps need beside `memory`.
  let stepMemory: ArenaPlan
  /// The rows that passes over the image make.
  let rows: NetworkRows

  /// Reserves the memory of a session.
  ///
  /// - Parameters:
  ///   - shape: of the image.
  ///   - transfer: what is made.
  ///   - plan: rows that stay in memory.
  ///   - place: of what grows with the picture; targets are packed at the last scale alone.
  ///   - threads: workers.
  init(
    _ shape: NetworkShape, of transfer: Transfer, plan: NetworkPlan,
    state place: MemoryPlan.StatePlace,
    threads: Int
  ) {
    let settings = transfer.settings
    let widest = transfer.styles.reduce(shape.width) {
      $1.picture == nil ? $0 : max($0, transfer.engineSize(transfer.size($1)).width)
    }
    var memory = ArenaPlan()
    let rows = NetworkRows(shape, plan: plan, strip: transfer.ownStrip)
    self.rows = rows
    let isStrip = transfer.communicator != nil
    let samples = shape.width * rows.strip.count * 3
    let spills = place == .file
    var file = spills ? RowFilePlan() : nil
    let movingRows = plan.imageGradientRows
    image =
      isStrip
      ? StateRows.Layout(
        rows: shape.height, kept: rows.pixels, rowLength: 3 * shape.width, memory: &memory)
      : StateRows.Layout(
        rows: shape.height, rowLength: 3 * shape.width, window: plan.chunkRows, memory: &memory,
        file: &file)
    moving = image.view(window: movingRows, memory: &memory)
    imageBytes = memory.bytes
    var stateMemory = ArenaPlan()
    let stateLength = transfer.usedOptimizer.stateRowBytes(3 * shape.width)
    state =
      isStrip
      ? StateRows.Layout(
        rows: shape.height, kept: rows.strip, rowLength: stateLength, memory: &stateMemory)
      : StateRows.Layout(
        rows: shape.height, rowLength: stateLength, window: movingRows, memory: &stateMemory,
        file: &file)
    let blockSamples =
      3 * transfer.resultSize.width * min(Picture.blockRows, transfer.resultSize.height)
    pictureBlock =
      spills || isStrip ? stateMemory.reserve(blockSamples, of: Float.self) : nil
    colorBlock =
      isStrip && transfer.colors.contains(.luma)
      ? stateMemory.reserve(blockSamples, of: UInt8.self) : nil
    givenRows =
      isStrip
      ? stateMemory.reserve(max(stateLength, 12 * shape.width) * StripRows.most, of: UInt8.self)
      : nil
    self.stateMemory = stateMemory
    contentColors =
      transfer.colors.contains(.luma) ? memory.reserve(samples, of: UInt8.self) : nil
    colorBytes = memory.bytes - imageBytes
    contents = settings.contentLayers.map {
      ContentTerm<Numbers>.Layout(
        shape.layers[shape.place(of: $0.layer)],
        kept: isStrip ? rows.gradients[shape.place(of: $0.layer)] : nil,
        packs: place == .packed && !transfer.hasNext,
        window: plan.gradientRows(of: $0.layer), threads: threads,
        memory: &memory, file: &file)
    }
    self.file = file
    let contentBytes = memory.bytes
    var mixMemory = ArenaPlan()
    let loss = settings.styleLoss
    var styled: [NetworkShape.Layer] = []
    for layer in settings.styleLayers {
      let place = shape.place(of: layer.layer)
      for _ in 0..<transfer.paintedRegions { styled.append(shape.layers[place]) }
    }
    grams = (loss.gram > 0 ? styled : []).map {
      GramTerm<Numbers>.Layout(
        $0, isMixed: transfer.mixesStyles, memory: &memory, mixMemory: &mixMemory)
    }
    moments = (loss.moments > 0 ? styled : []).map {
      MomentTerm<Numbers>.Layout($0, threads: threads, memory: &memory)
    }
    histograms = (loss.histogram > 0 ? styled : []).map {
      HistogramTerm<Numbers>.Layout($0, memory: &memory, mixMemory: &mixMemory)
    }
    let rowValues = styled.map { (widest >> $0.convolution.name.poolings) * $0.channels }
    constants =
      loss.moments > 0
      ? ConstantRows<Numbers>.Layout(values: rowValues.max() ?? 0, memory: &memory) : nil
    saved = (transfer.savedStyle == nil ? [] : settings.styleLayers).map {
      StyleSums<Numbers>.Layout(shape.layers[shape.place(of: $0.layer)], memory: &mixMemory)
    }
    self.mixMemory = mixMemory
    var (rowBytes, gatheredBytes, channels) = (0, 0, 0)
    for layer in settings.styleLayers {
      let convolution = shape.layers[shape.place(of: layer.layer)].convolution
      let width = widest >> layer.layer.poolings
      rowBytes = max(
        rowBytes,
        Numbers.gramScratchBytes(width: width, channels: convolution.outputChannels))
      if transfer.regions != nil {
        gatheredBytes = max(
          gatheredBytes,
          width * convolution.outputChannels * MemoryLayout<Numbers.Activation.Element>.stride)
      }
      channels = max(channels, convolution.outputChannels)
    }
    largestGramBytes = channels * channels * MemoryLayout<Numbers.GramSum>.stride
    scratch = GramScratch.Layout(
      rowBytes: rowBytes, gatheredBytes: gatheredBytes, channels: channels, threads: threads,
      normalizes: settings.normalizesGradients, memory: &memory)
    self.memory = memory
    targetBytes =
      grams.reduce(0) { $0 + $1.targetBytes } + histograms.reduce(0) { $0 + $1.targetBytes }
    let later = grams.reduce(0) { $0 + $1.stepBytes } + histograms.reduce(0) { $0 + $1.stepBytes }
    styleBytes = memory.bytes - contentBytes - targetBytes - later

    var stepMemory = ArenaPlan()
    if settings.smoothness > 0 {
      variationSums = stepMemory.reserve(shape.height, of: Double.self)
      unmoved = UnmovedRows.Layout(
        rowLength: 3 * shape.width, rows: shape.height,
        mostAtOnce: movingRows, memory: &stepMemory)
    } else {
      (variationSums, unmoved) = (nil, nil)
    }
    self.stepMemory = stepMemory
  }
}
