import CImageIO

/// The samples of a decoder's rows and their conversion to Float32 RGB.
struct SampleFormat {
  /// 1 grey, 2 grey + alpha, 3 RGB, 4 RGB + alpha.
  let channels: Int
  /// Bytes of a sample: 1, or 2 (big-endian).
  let bytesPerSample: Int

  var bytesPerPixel: Int { channels * bytesPerSample }

  init(_ header: image_header) {
    channels = Int(header.channels)
    bytesPerSample = Int(header.sample_bytes)
  }

  /// Converts a row of samples to RGB in 0...255, transparent pixels on white.
  ///
  /// With m = 255 or 65535 for the largest sample: rgb = 255/m * (c * a + m * (m - a)) / m, the
  /// bracket exact in integers, or 255/m * c without alpha. 8-bit samples come out exact.
  func convert(_ bytes: [UInt8], to row: inout [Float]) {
    precondition(bytes.count / bytesPerPixel == row.count / 3, "both rows have the same width")
    let isGrey = channels <= 2
    let hasAlpha = channels % 2 == 0
    let maximum: UInt64 = bytesPerSample == 1 ? 255 : 65535
    // 65535 = 257 * 255.
    let divisor = Float(maximum / 255) * (hasAlpha ? Float(maximum) : 1)
    func sample(_ index: Int) -> UInt64 {
      if bytesPerSample == 1 { return UInt64(bytes[index]) }
      return UInt64(bytes[2 * index]) << 8 | UInt64(bytes[2 * index + 1])
    }
    for pixel in 0..<(row.count / 3) {
      let first = pixel * channels
      let alpha = hasAlpha ? sample(first + channels - 1) : maximum
      for channel in 0..<3 {
        let color = sample(first + (isGrey ? 0 : channel))
        let value = hasAlpha ? color * alpha + maximum * (maximum - alpha) : color
        row[3 * pixel + channel] = Float(value) / divisor
      }
    }
  }
}
