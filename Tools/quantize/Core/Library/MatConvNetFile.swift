internal import QuantVGG

/// MatConvNet's `imagenet-vgg-verydeep-19.mat` and `-16.mat`: MATLAB 5 (the published ones) or 7.3.
enum MatConvNetFile {
  /// Whether bytes begin like a MATLAB file of either version.
  static func matches(_ bytes: FileSlice) -> Bool {
    bytes.starts(with: "MATLAB 5.0 MAT-file".utf8) || is73(bytes)
  }

  private static func is73(_ bytes: FileSlice) -> Bool {
    bytes.starts(with: "MATLAB 7.3 MAT-file".utf8)
  }

  /// Whether the variables of a MATLAB 5 file end where the file ends.
  ///
  /// Each is a type, a length and that many bytes, after a header of 128. libmatio takes what is
  /// missing for zeros.
  static func isWhole(_ bytes: FileSlice) -> Bool {
    guard !is73(bytes) else { return true }
    guard bytes.count > 128 else { return false }
    let isSwapped = bytes[126] == UInt8(ascii: "M")
    var position = 128
    while position < bytes.count {
      guard bytes.count - position >= 8 else { return false }
      let length = bytes.load(UInt32.self, at: position + 4)
      position += 8 + Int(isSwapped ? length.byteSwapped : length)
    }
    return position == bytes.count
  }

  /// The tensors, `conv1_1.weight` and on, and the mean that the network's images are reduced by.
  ///
  /// The mean is an image or one pixel, `[height][width][3]` with rows running fastest.
  static func tensors(
    _ file: LibraryArrays
  ) -> (tensors: FloatTensors, convention: InputConvention) {
    var arrays = file.arrays
    let average = arrays.removeValue(forKey: "averageImage")
    var convention = InputConvention.rgb
    if let values = average?.values, average?.shape.last == 3, values.allSatisfy({ $0.isFinite }) {
      let count = values.count / 3
      convention = .rgb(
        mean: (0..<3).map { channel in
          values[channel * count..<(channel + 1) * count].reduce(0.0) { $0 + Double($1) }
            / Double(max(count, 1))
        })
    }
    return (.library(arrays), convention)
  }
}
