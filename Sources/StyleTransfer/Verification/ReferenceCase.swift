public import QuantVGG

/// A transfer that an independent float32 implementation computed, stored as safetensors.
///
/// Tensors, all HWC and RGB: `content_rgb_u8`, `style_rgb_u8` U8 [H,W,3]; `init_hwc` F32 [H,W,3] minus
/// mean; `grad0_hwc` F32 [H,W,3]; `trajectory_J_Jc_Js` F32 [N+1,3], before step 1 ... after step N.
/// Metadata: `pool` (avg or max), `alpha`, `beta`.
public struct ReferenceCase {
  /// Photo.
  public let content: ImageTensor
  /// Painting.
  public let style: ImageTensor
  /// The image before the first step.
  public let start: ImageTensor
  /// dJ/dx of the start image, `[height][width][3]`.
  public let gradient: [Float]
  /// Costs before the first step, before the second, and so on until after the last.
  public let trajectory: [LossValues]
  /// Pooling of the reference network.
  public let pooling: Pooling
  /// Loss weights; layers are the defaults.
  public let settings: TransferSettings

  /// Reads a case.
  ///
  /// - Throws: `WeightError` when the file is no such case.
  public init(path: String) throws(WeightError) {
    let file = try SafeTensors(path: path)
    content = try Self.image(file, "content_rgb_u8")
    style = try Self.image(file, "style_rgb_u8")
    let shape = [content.height, content.width, 3]
    start = ImageTensor(
      width: content.width, height: content.height,
      values: try file.floats("init_hwc", shape: shape))
    gradient = try file.floats("grad0_hwc", shape: shape)
    trajectory = try Self.trajectory(file)
    guard let pooling = Pooling(rawValue: file.metadata("pool") ?? ""),
      let alpha = Self.number(file.metadata("alpha")),
      let beta = Self.number(file.metadata("beta"))
    else { throw .unknownFormat(file.metadata("pool") ?? "") }
    self.pooling = pooling
    settings = TransferSettings(contentWeight: alpha, styleWeight: beta)
  }

  // A function of its own: constant arrays of one function can be mixed up (Scripts/check-objects).
  private static func trajectory(_ file: SafeTensors) throws(WeightError) -> [LossValues] {
    let name = "trajectory_J_Jc_Js"
    let table = try file.floats(name)
    let found = try file.tensor(name).shape
    guard found.count == 2, found[0] >= 1, found[1] == 3 else {
      throw .wrongShape(name: name, found: found, expected: [101, 3])
    }
    var trajectory: [LossValues] = []
    for row in 0..<found[0] {
      let costs = table[(3 * row)..<(3 * row + 3)].map { Double($0) }
      trajectory.append(LossValues(total: costs[0], content: costs[1], style: costs[2]))
    }
    return trajectory
  }

  private static func image(_ file: SafeTensors, _ name: String) throws(WeightError) -> ImageTensor
  {
    let shape = try file.tensor(name).shape
    guard shape.count == 3, shape[2] == 3, shape[0] > 0, shape[1] > 0 else {
      throw .wrongShape(name: name, found: shape, expected: [0, 0, 3])
    }
    let bytes = try file.values(name, type: "U8", as: UInt8.self)
    return ImageTensor(width: shape[1], height: shape[0], rgb: bytes.map { Float($0) })
  }

  /// A decimal number such as 10 or 40.0; the standard library's parser is not in Embedded Swift.
  private static func number(_ text: String?) -> Double? {
    guard let text else { return nil }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard let whole = Int(parts[0]), whole >= 0, parts.count <= 2 else { return nil }
    guard parts.count == 2, !parts[1].isEmpty else { return Double(whole) }
    guard let fraction = Int(parts[1]), fraction >= 0 else { return nil }
    var scale = 1.0
    for _ in parts[1].utf8 { scale *= 10 }
    return Double(whole) + Double(fraction) / scale
  }
}
