/// Encodes 8-bit RGB samples as the bytes of a file.
///
/// - Parameters:
///   - samples: [height][width][3].
///   - size: Width and height; each side at most 65500.
///   - encoding: Format and compression.
/// - Returns: The file's bytes.
/// - Throws: `ImageError.sideTooLong`, `.outOfMemory` or `.cannotEncode`.
public func encodeImage(
  _ samples: [UInt8], size: ImageSize, encoding: ImageEncoding
) throws(ImageError) -> [UInt8] {
  precondition(samples.count == 3 * size.pixelCount, "an RGB image has three samples a pixel")
  let limit = ImageLimits.default.side
  if max(size.width, size.height) > limit { throw .sideTooLong(size, limit: limit) }
  let encoder = try ImageEncoder(size: size, encoding: encoding)
  var bytes: [UInt8] = []
  for row in 0..<size.height {
    try encoder.writeRow(Array(samples[3 * size.width * row..<3 * size.width * (row + 1)]))
    encoder.drain(into: &bytes)
  }
  try encoder.finish()
  encoder.drain(into: &bytes)
  return bytes
}
