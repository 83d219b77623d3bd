import CImageIO

extension ImageReader {
  /// The factor by which the decoder may make the image smaller itself: at least twice the target
  /// must be left for the resize.
  func reduction(to target: ImageSize) -> Int {
    let canReduce = info.format == .jpeg || (info.format == .webp && !info.hasAlpha)
    let stored = decoder.storedSize
    for denominator in [8, 4, 2]
    where canReduce && stored.width >= 2 * denominator * target.width
      && stored.height >= 2 * denominator * target.height
    {
      return denominator
    }
    return 1
  }

  /// Most bytes that `read` has in use beside its result: the decoder's rows or its whole image, and the
  /// conversion of colours.
  ///
  /// - Parameter size: The size that `read` will be asked for.
  /// - Returns: Bytes.
  public func readingBytes(size: ImageSize) -> Int {
    let header = decoder.header
    let stored = decoder.storedSize
    let target = decoder.orientation.isTransposed ? size.transposed : size
    let denominator = reduction(to: target)
    let storedPixel = Int(header.stored_channels * header.sample_bytes)
    let samples = Int(header.stored_channels)
    let input = (stored.width + denominator - 1) / denominator
    // zlib's window and tables, libjpeg's tables and strips of up to five iMCU rows, or libwebp's code.
    var bytes = info.format == .webp ? 640 << 10 : 256 << 10
    bytes += 80 * samples * stored.width / denominator
    switch info.format {
    case .png where info.needsWholeImage: bytes += stored.pixelCount * storedPixel
    case .jpeg where info.needsWholeImage:
      // Coefficients, 16 bits each, in whole blocks and unreduced.
      bytes += (stored.width + 16) * (stored.height + 16) * samples * 2
    case .webp:
      bytes += input * ((stored.height + denominator - 1) / denominator) * samples
      // Lossless pixels, or what the transparency of a lossy picture is unpacked in.
      let unpacked = header.is_lossless != 0 ? 4 : info.hasAlpha ? 5 : 0
      bytes += unpacked * stored.pixelCount + 128 * stored.width
    default: break
    }
    // Little CMS and its code; a row of bytes as stored and converted, and one of floats.
    if header.color_bytes > 0 { bytes += Int(header.color_bytes) + 256 << 10 }
    let converted = Int(header.channels * header.sample_bytes)
    bytes += input * (2 * samples + 5 * Int(header.sample_bytes) + converted + 12)
    bytes += RowResizer.bytes(
      from: ImageSize(width: input, height: stored.height), to: target)
    return bytes
  }
}
