internal import ImageIO
internal import QualityReport
internal import QuantVGG
internal import StyleTransfer

/// The pictures of a report, as they are seen.
struct ReportPictures {
  let content, float: PixelImage
  /// By style.
  let styles: [PixelImage]
  /// By quantized run: the result, and where it differs from float32's.
  let quantized, maps: [PixelImage]

  init(
    _ transfer: Transfer, _ runs: ComparedRuns, file: (ComparedRun) -> RunFile
  ) throws(Failure) {
    content = try Self.picture(transfer.content, transfer.resultSize, transfer)
    var styles: [PixelImage] = []
    for style in transfer.styles {
      guard let picture = style.picture else { continue }
      styles.append(try Self.picture(picture, transfer.size(style), transfer))
    }
    self.styles = styles
    let float = try Self.result(file(runs.float.first), transfer)
    self.float = float
    var (quantized, maps): ([PixelImage], [PixelImage]) = ([], [])
    for group in runs.quantized {
      let result = try Self.result(file(group.first), transfer)
      quantized.append(result)
      maps.append(DifferenceMap.image(float, result))
    }
    (self.quantized, self.maps) = (quantized, maps)
  }

  /// The result of a run.
  static func result(
    _ file: RunFile, _ transfer: Transfer
  ) throws(Failure) -> PixelImage {
    let values = try file.values(
      "image_\(file.run.samples.last ?? 0)", count: 3 * file.width * file.height)
    return Self.seen(values, transfer.resultSize, transfer)
  }

  private static func picture(
    _ picture: Picture, _ size: ImageSize, _ transfer: Transfer
  ) throws(Failure) -> PixelImage {
    var values = [Float](repeating: 0, count: 3 * size.pixelCount)
    try Failure.from { () throws(TransferError) in
      var span = values.mutableSpan
      try picture.read(into: &span, size: size, transposed: transfer.isTransposed)
    }
    return seen(values, size, transfer)
  }

  private static func seen(
    _ values: [Float], _ size: ImageSize, _ transfer: Transfer
  ) -> PixelImage {
    PixelImage(
      size: size, samples: values.span, offset: NetworkTable.mean,
      transposed: transfer.isTransposed)
  }

  /// The sides of the montage's pictures are at most this long.
  private static let montageSide = 512

  /// Photo and styles; then float32's result, int8's, and the difference.
  var montage: PixelImage {
    var rows = [[content] + styles]
    for (result, map) in zip(quantized, maps) { rows.append([float, result, map]) }
    return Montage.image(rows.map { $0.map { $0.reduced(to: Self.montageSide) } })
  }
}

extension PixelImage {
  /// The bytes of a file.
  func encoded(_ format: ImageFormat) throws(Failure) -> [UInt8] {
    do throws(ImageError) {
      return try encodeImage(bytes, size: size, encoding: ImageEncoding(format, quality: 92))
    } catch {
      throw Failure(error.description)
    }
  }
}
