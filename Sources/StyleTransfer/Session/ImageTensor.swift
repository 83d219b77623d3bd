internal import QuantVGG
package import Rows

/// An image in the network's convention: `[height][width][3]`, RGB in 0...255 minus `NetworkTable.mean`.
public struct ImageTensor: Sendable {
  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int
  /// `height * width * 3` values.
  public var values: [Float]

  /// An image from values that are already minus mean.
  ///
  /// - Parameters:
  ///   - width: columns.
  ///   - height: rows.
  ///   - values: `[height][width][3]`.
  public init(width: Int, height: Int, values: [Float]) {
    precondition(values.count == width * height * 3)
    self.width = width
    self.height = height
    self.values = values
  }

  /// An image of mean colour.
  ///
  /// - Parameters:
  ///   - width: columns.
  ///   - height: rows.
  public init(width: Int, height: Int) {
    self.init(
      width: width, height: height, values: [Float](repeating: 0, count: width * height * 3))
  }

  /// An image from RGB values, from which the mean is subtracted.
  ///
  /// - Parameters:
  ///   - width: columns.
  ///   - height: rows.
  ///   - rgb: `[height][width][3]`, in 0...255.
  public init(width: Int, height: Int, rgb: [Float]) {
    self.init(width: width, height: height, values: rgb)
    let mean = NetworkTable.mean
    for i in stride(from: 0, to: values.count, by: 3) {
      values[i] -= mean.red
      values[i + 1] -= mean.green
      values[i + 2] -= mean.blue
    }
  }

  /// The values in memory of their own.
  ///
  /// - Throws: `MemoryError.refused`.
  package func block() throws(MemoryError) -> Block<Float> {
    let block = try Block<Float>(count: values.count)
    block.elements.copy(values.span)
    return block
  }

  /// The values with the mean added back; not clamped.
  public var rgb: [Float] {
    var rgb = values
    let mean = NetworkTable.mean
    for i in stride(from: 0, to: rgb.count, by: 3) {
      rgb[i] += mean.red
      rgb[i + 1] += mean.green
      rgb[i + 2] += mean.blue
    }
    return rgb
  }

  /// The source article's start image: `ratio * uniform(-20, 20) + (1 - ratio) * content`.
  ///
  /// Noise is drawn in the order of `values` from `SplitMix64(seed:)`, so a seed gives the same
  /// image on every platform.
  ///
  /// - Parameters:
  ///   - content: gives the size and the other share.
  ///   - ratio: in 0...1; the article has 0.6.
  ///   - seed: any number.
  /// - Returns: the start image.
  public static func noisy(content: ImageTensor, ratio: Float, seed: UInt64) -> ImageTensor {
    var result = content
    var values = result.values.mutableSpan
    var generator = SplitMix64(seed: seed)
    mixNoise(into: &values, ratio: ratio, &generator) { _ in false }
    return result
  }

  /// Turns the content's values into those of the start image `noisy`, but for pixels that are kept; parts of the content
  /// may come one after the other.
  static func mixNoise(
    into values: inout MutableSpan<Float>, ratio: Float, _ generator: inout SplitMix64,
    isKept: (Int) -> Bool
  ) {
    for i in values.indices {
      let noise = generator.nextUnit() * 40 - 20
      if isKept(i / 3) { continue }
      values[i] = ratio * noise + (1 - ratio) * values[i]
    }
  }

  /// Moves each value by -1, 0 or 1 grey level.
  ///
  /// The change is the next number of `SplitMix64(seed:)` modulo 3, minus 1, in the order of `values`; a value that
  /// would leave the colours of a picture stays as it is. Parts of an image may come one after the other.
  ///
  /// - Parameters:
  ///   - values: rows of `[width][3]`, minus mean.
  ///   - generator: gives the changes.
  package static func moveByLevels(
    in values: inout MutableSpan<Float>, _ generator: inout SplitMix64
  ) {
    let colours = Transfer.colours
    for i in values.indices {
      let moved = values[i] + Float(generator.next() % 3) - 1
      if colours[i % 3].contains(moved) { values[i] = moved }
    }
  }
}

/// The SplitMix64 generator (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
/// OOPSLA 2014): 64 bits of state, integer arithmetic only.
package struct SplitMix64: Sendable {
  private var state: UInt64

  /// A generator whose sequence is a function of the seed alone.
  package init(seed: UInt64) {
    state = seed
  }

  /// The next 64 bits.
  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// Leaves out numbers.
  mutating func skip(_ count: Int) {
    state &+= UInt64(count) &* 0x9e37_79b9_7f4a_7c15
  }

  /// The next number in 0..<1: the upper 24 bits, exact in Float32.
  package mutating func nextUnit() -> Float {
    Float(next() >> 40) / 16_777_216
  }
}

extension ImageTensor {
  /// Copies the values, the picture's columns one after the other where `transposed`.
  func copy(into target: inout MutableSpan<Float>, transposed: Bool) {
    precondition(target.count == values.count, "there is room for the picture")
    guard transposed else {
      for i in values.indices { target[i] = values[i] }
      return
    }
    for y in 0..<height {
      for x in 0..<width {
        for c in 0..<3 { target[3 * (x * height + y) + c] = values[3 * (y * width + x) + c] }
      }
    }
  }

  /// Copies a row, or a column where `transposed`, into the first elements of a slice.
  func copy(row y: Int, transposed: Bool, into target: MemorySlice<Float>) {
    for x in 0..<(transposed ? height : width) {
      let pixel = transposed ? x * width + y : y * width + x
      for c in 0..<3 { target[3 * x + c] = values[3 * pixel + c] }
    }
  }
}
