import Glibc

/// An RGB colour space: primaries and curve, from which profiles are made and colours computed, both from the
/// specifications (ICC.1:2022; IEC 61966-2-1; CIE 15) and in Float64, independently of Little CMS.
struct ColorSpace {
  /// x and y of white, red, green and blue.
  var white: (Double, Double) = (0.3127, 0.3290)
  var red: (Double, Double)
  var green: (Double, Double)
  var blue: (Double, Double)
  /// A gamma, or gamma, a, b, c and d of ICC's parametric curve of type 3.
  var curve: [Double]

  static let srgbCurve = [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045]
  static let srgb = ColorSpace(
    red: (0.64, 0.33), green: (0.30, 0.60), blue: (0.15, 0.06), curve: srgbCurve)
  static let displayP3 = ColorSpace(
    red: (0.680, 0.320), green: (0.265, 0.690), blue: (0.150, 0.060), curve: srgbCurve)
  static let adobeRGB = ColorSpace(
    red: (0.64, 0.33), green: (0.21, 0.71), blue: (0.15, 0.06), curve: [563 / 256.0])
  static let proPhoto = ColorSpace(
    white: (0.3457, 0.3585), red: (0.7347, 0.2653), green: (0.1596, 0.8404),
    blue: (0.0366, 0.0001), curve: [1.8, 1, 0, 1 / 16.0, 1 / 32.0])

  static let d50 = [0.9642, 1.0, 0.8249]
  private static let bradford = [
    [0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296],
  ]

  /// From linear RGB to XYZ, its white moved to D50.
  var matrix: [[Double]] {
    func light(_ xy: (Double, Double)) -> [Double] {
      [xy.0 / xy.1, 1, (1 - xy.0 - xy.1) / xy.1]
    }
    let columns = [light(red), light(green), light(blue)]
    let plain = (0..<3).map { row in (0..<3).map { columns[$0][row] } }
    let sums = multiply(inverse(plain), light(white))
    let scaled = (0..<3).map { row in (0..<3).map { plain[row][$0] * sums[$0] } }
    let (from, to) = (multiply(Self.bradford, light(white)), multiply(Self.bradford, Self.d50))
    let moved = (0..<3).map { row in (0..<3).map { Self.bradford[row][$0] * to[row] / from[row] } }
    return multiply(multiply(inverse(Self.bradford), moved), scaled)
  }

  func light(_ code: Double) -> Double {
    if curve.count == 1 { return pow(code, curve[0]) }
    return code >= curve[4] ? pow(curve[1] * code + curve[2], curve[0]) : curve[3] * code
  }

  /// The sRGB colour, clipped, of a colour in this space; all in 0...1.
  func toSRGB(_ color: [Double]) -> [Double] {
    let linear = multiply(
      inverse(ColorSpace.srgb.matrix), multiply(matrix, color.map { light($0) }))
    return linear.map {
      let light = min(max($0, 0), 1)
      return light <= 0.0031308 ? 12.92 * light : 1.055 * pow(light, 1 / 2.4) - 0.055
    }
  }

  // --- Profiles ----------------------------------------------------------------------------------

  /// The profile of this space.
  var profile: [UInt8] {
    let matrix = matrix
    let columns = zip(["rXYZ", "gXYZ", "bXYZ"], 0..<3).map { name, column in
      (name, Self.xyz((0..<3).map { matrix[$0][column] }))
    }
    let curves = ["rTRC", "gTRC", "bTRC"].map { ($0, Self.parametric(curve)) }
    return Self.profile(space: "RGB ", tags: columns + curves)
  }

  /// The profile of grey with a curve.
  static func greyProfile(curve: [Double]) -> [UInt8] {
    profile(space: "GRAY", tags: [("kTRC", parametric(curve))])
  }

  /// A display's profile with these tags.
  static func profile(space: String, tags: [(String, [UInt8])]) -> [UInt8] {
    let tags = tags + [("wtpt", xyz(d50))]
    var (table, data): ([UInt8], [UInt8]) = ([], [])
    for (name, tag) in tags {
      let start = 132 + 12 * tags.count + data.count
      table += Array(name.utf8) + PNGBuilder.bigEndian(start) + PNGBuilder.bigEndian(tag.count)
      data += tag + [UInt8](repeating: 0, count: (4 - tag.count % 4) % 4)
    }
    var header: [UInt8] = [0, 0, 0, 0, 4, 0x30, 0, 0] + Array("mntr\(space)XYZ ".utf8)
    header += [7, 228, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0] + Array("acsp".utf8)
    header += [UInt8](repeating: 0, count: 28) + xyz(d50).dropFirst(8)
    header += [UInt8](repeating: 0, count: 128 - header.count - 4)
    let size = PNGBuilder.bigEndian(132 + table.count + data.count)
    return size + header + PNGBuilder.bigEndian(tags.count) + table + data
  }

  private static func fixed(_ values: [Double]) -> [UInt8] {
    values.flatMap { PNGBuilder.bigEndian(Int(($0 * 65536).rounded())) }
  }

  private static func xyz(_ values: [Double]) -> [UInt8] {
    Array("XYZ ".utf8) + [0, 0, 0, 0] + fixed(values)
  }

  private static func parametric(_ curve: [Double]) -> [UInt8] {
    Array("para".utf8) + [0, 0, 0, 0, 0, curve.count == 1 ? 0 : 3, 0, 0] + fixed(curve)
  }
}

private func multiply(_ matrix: [[Double]], _ vector: [Double]) -> [Double] {
  matrix.map { zip($0, vector).reduce(0) { $0 + $1.0 * $1.1 } }
}

private func multiply(_ left: [[Double]], _ right: [[Double]]) -> [[Double]] {
  left.map { row in
    (0..<3).map { column in (0..<3).reduce(0) { $0 + row[$1] * right[$1][column] } }
  }
}

private func inverse(_ m: [[Double]]) -> [[Double]] {
  func minor(_ row: Int, _ column: Int) -> Double {
    let (a, b, c, d) = ((row + 1) % 3, (row + 2) % 3, (column + 1) % 3, (column + 2) % 3)
    return m[a][c] * m[b][d] - m[a][d] * m[b][c]
  }
  let determinant = (0..<3).reduce(0) { $0 + m[0][$1] * minor(0, $1) }
  return (0..<3).map { row in (0..<3).map { minor($0, row) / determinant } }
}
