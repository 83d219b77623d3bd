internal import QuantVGG
internal import Rows

/// Where a session keeps the image and the losses' numbers, in one block of memory.
struct SessionLayout<Numbers: LossArithmetic> {
  /// `[height][width][3]` Float32.
  let image: Reservation<Float>
  let contents: [ContentLoss<Numbers>.Layout]
  let styles: [StyleLoss<Numbers>.Layout]
  let scratch: GramScratch.Layout
  /// What all of it takes.
  let memory: ArenaPlan
  /// What of it is in use before the content is read.
  let styleBytes: Int

  init(_ shape: NetworkShape, widestStyle: Int, settings: TransferSettings, threads: Int) {
    var memory = ArenaPlan()
    image = memory.reserve(shape.width * shape.height * 3, of: Float.self)
    contents = settings.contentLayers.map {
      ContentLoss<Numbers>.Layout(
        shape.layers[shape.place(of: $0.layer)], threads: threads, memory: &memory)
    }
    let contentBytes = memory.bytes
    styles = settings.styleLayers.map {
      StyleLoss<Numbers>.Layout(shape.layers[shape.place(of: $0.layer)], memory: &memory)
    }
    var (rowBytes, channels) = (0, 0)
    for layer in settings.styleLayers {
      let convolution = shape.layers[shape.place(of: layer.layer)].convolution
      let width = max(shape.width, widestStyle) >> layer.layer.poolings
      rowBytes = max(
        rowBytes,
        Numbers.gramScratchBytes(width: width, channels: convolution.outputChannels))
      channels = max(channels, convolution.outputChannels)
    }
    scratch = GramScratch.Layout(
      rowBytes: rowBytes, channels: channels, threads: threads, memory: &memory)
    self.memory = memory
    styleBytes = memory.bytes - contentBytes
  }
}
