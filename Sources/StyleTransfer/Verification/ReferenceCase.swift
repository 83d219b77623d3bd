internal import CSystem
public import FileNames
internal import ImageIO
public import QuantVGG

/// A transfer that an independent float32 implementation computed, stored as safetensors.
///
/// Tensors, all HWC and RGB: `content_rgb_u8`, `style_rgb_u8` U8 [H,W,3], of further styles
/// `style2_rgb_u8` and so on; `init_hwc` F32 [H,W,3] minus
/// mean; `grad0_hwc` F32 [H,W,3]; `trajectory_J_Jc_Js` F32 [N+1,3], before step 1 ... after step N.
/// Metadata: `pool` (avg or max), `alpha`, `beta`; where they are there, `balance` (what the style's layers
/// weigh, a `Balance`; article where it is not), `smooth` (the weight of the mean squared difference of neighbours),
/// `style_weights` as "3,1", `style_loss` as `StyleLoss(list:)` reads it, and `colors` as `Transfer.Colors(list:)` does.
///
/// With regions: `mask_u8` U8 [H,W], of styles `style_mask_u8`, `style2_mask_u8` and so on; metadata
/// `regions` as "0=1,128=2,255=keep".
public struct ReferenceCase {
  /// Photo.
  public let content: ImageTensor
  /// Paintings with their weights and masks.
  public let styles: [Style]
  /// Regions of the content; nil where there are none.
  public let regions: Regions?
  /// The image before the first step.
  public let start: ImageTensor
  /// dJ/dx of the start image, `[height][width][3]`.
  public let gradient: [Float]
  /// Costs before the first step, before the second, and so on until after the last.
  public let trajectory: [LossValues]
  /// Pooling of the reference network.
  public let pooling: Pooling
  /// Loss weights; layers are the usual ones.
  public let settings: TransferSettings
  /// What is done about the style's colours before it is measured.
  public let colors: Transfer.Colors

  /// Reads a case.
  ///
  /// - Throws: `ReferenceCaseError`, whose sentence starts with the path.
  public init(path: FilePath) throws(ReferenceCaseError) {
    let file: SafeTensors
    do throws(WeightError) {
      file = try SafeTensors(path: path)
    } catch {
      throw .file(error)
    }
    content = try Self.image(file, "content_rgb_u8")
    styles = try Self.styles(file)
    regions = try Self.regions(file)
    let shape = [content.height, content.width, 3]
    start = ImageTensor(
      width: content.width, height: content.height,
      values: try Self.floats(file, "init_hwc", shape: shape))
    gradient = try Self.floats(file, "grad0_hwc", shape: shape)
    trajectory = try Self.trajectory(file)
    let pool = file.metadata("pool")
    guard let pooling = Pooling(rawValue: pool ?? "") else { throw .pooling(pool) }
    self.pooling = pooling
    let name = file.metadata("balance")
    guard let balance = Balance(rawValue: name ?? "article") else { throw .balance(name) }
    var settings = TransferSettings(balance)
    settings.contentWeight = try Self.weight(file, "alpha")
    settings.styleWeight = try Self.weight(file, "beta")
    if file.metadata("smooth") != nil { settings.smoothness = try Self.weight(file, "smooth") }
    if let list = file.metadata("style_loss") {
      guard let loss = StyleLoss(list: list) else { throw .choice(key: "style_loss", list) }
      settings.styleLoss = loss
    }
    self.settings = settings
    let list = file.metadata("colors") ?? "style"
    guard let colors = Transfer.Colors(list: list) else { throw .choice(key: "colors", list) }
    self.colors = colors
  }

  private static func floats(
    _ file: SafeTensors, _ name: String, shape: [Int]? = nil
  ) throws(ReferenceCaseError) -> [Float] {
    do throws(WeightError) {
      let values = try file.floats(name, shape: shape)
      guard values.allSatisfy({ $0.isFinite }) else { throw .badValue(name: name) }
      return values
    } catch {
      guard case .wrongShape(let name, let found, _) = error else { throw .file(error) }
      throw .shape(name: name, found)
    }
  }

  // A function of its own: constant arrays of one function can be mixed up (Scripts/check-objects).
  private static func trajectory(
    _ file: SafeTensors
  ) throws(ReferenceCaseError) -> [LossValues] {
    let name = "trajectory_J_Jc_Js"
    let shape = try shape(file, name)
    guard shape.count == 2, shape[0] >= 1, shape[1] == 3 else { throw .shape(name: name, shape) }
    let table = try floats(file, name)
    var trajectory: [LossValues] = []
    for row in 0..<shape[0] {
      let costs = table[(3 * row)..<(3 * row + 3)].map { Double($0) }
      trajectory.append(LossValues(total: costs[0], content: costs[1], style: costs[2]))
    }
    return trajectory
  }

  private static func image(
    _ file: SafeTensors, _ name: String
  ) throws(ReferenceCaseError) -> ImageTensor {
    let shape = try shape(file, name)
    guard shape.count == 3, shape[2] == 3, shape[0] > 0, shape[1] > 0 else {
      throw .shape(name: name, shape)
    }
    do throws(WeightError) {
      let bytes = try file.values(name, type: "U8", as: UInt8.self)
      return ImageTensor(width: shape[1], height: shape[0], rgb: bytes.map { Float($0) })
    } catch {
      throw .file(error)
    }
  }

  /// A tensor's name, of the first style or a further one.
  private static func name(_ rest: String, style index: Int) -> String {
    "style" + (index == 0 ? "" : "\(index + 1)") + rest
  }

  private static func styles(_ file: SafeTensors) throws(ReferenceCaseError) -> [Style] {
    var styles = [Style(Picture(try image(file, name("_rgb_u8", style: 0))))]
    while file.contains(name("_rgb_u8", style: styles.count)) {
      styles.append(Style(Picture(try image(file, name("_rgb_u8", style: styles.count)))))
    }
    for index in styles.indices where file.contains(name("_mask_u8", style: index)) {
      styles[index].mask = try mask(file, name("_mask_u8", style: index))
    }
    guard let text = file.metadata("style_weights") else { return styles }
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == styles.count else { throw .weight(key: "style_weights", text) }
    for (index, part) in parts.enumerated() {
      var weight = 0.0
      guard unsafe system_parse_double(String(part), &weight) != 0, weight > 0, weight.isFinite
      else { throw .weight(key: "style_weights", text) }
      styles[index].weight = weight
    }
    return styles
  }

  private static func regions(_ file: SafeTensors) throws(ReferenceCaseError) -> Regions? {
    guard file.contains("mask_u8") else { return nil }
    let text = file.metadata("regions") ?? ""
    var named: [Regions.Region] = []
    for entry in text.split(separator: ",") {
      let parts = entry.split(separator: "=").map(String.init)
      guard parts.count == 2, let label = UInt8(parts[0]) else { throw .regions(text) }
      if parts[1] == "keep" {
        named.append(Regions.Region(label: label, styles: []))
      } else {
        guard let style = Int(parts[1]), style >= 1 else { throw .regions(text) }
        named.append(Regions.Region(label: label, styles: [style - 1]))
      }
    }
    let mask = try mask(file, "mask_u8")
    do throws(TransferError) {
      return try Regions(mask, named: named)
    } catch {
      throw .regions(text)
    }
  }

  private static func mask(_ file: SafeTensors, _ name: String) throws(ReferenceCaseError) -> Mask {
    let shape = try shape(file, name)
    guard shape.count == 2, shape[0] > 0, shape[1] > 0 else { throw .shape(name: name, shape) }
    let labels: [UInt8]
    do throws(WeightError) {
      labels = try file.values(name, type: "U8", as: UInt8.self)
    } catch {
      throw .file(error)
    }
    do throws(TransferError) {
      return try Mask(labels, size: ImageSize(width: shape[1], height: shape[0]))
    } catch {
      throw .shape(name: name, shape)
    }
  }

  private static func shape(
    _ file: SafeTensors, _ name: String
  ) throws(ReferenceCaseError) -> [Int] {
    do throws(WeightError) {
      return try file.tensor(name).shape
    } catch {
      throw .file(error)
    }
  }

  /// A loss weight of the metadata.
  private static func weight(
    _ file: SafeTensors, _ key: String
  ) throws(ReferenceCaseError) -> Double {
    let text = file.metadata(key)
    var value = 0.0
    guard let text, unsafe system_parse_double(text, &value) != 0, value >= 0, value.isFinite else {
      throw .weight(key: key, text)
    }
    return value
  }
}

/// The reason why a reference case can not be used.
public enum ReferenceCaseError: Error, Equatable, CustomStringConvertible {
  /// The file is no safetensors file, or a tensor is missing or of another type.
  case file(WeightError)
  /// A tensor has another shape.
  case shape(name: String, [Int])
  /// The metadata's `pool` is neither avg nor max.
  case pooling(String?)
  /// The metadata's `regions` are not of the mask.
  case regions(String)
  /// The metadata's `balance` is none.
  case balance(String?)
  /// The metadata's `alpha`, `beta` or `smooth` is no number, or below 0, or `style_weights` are not above 0.
  case weight(key: String, String?)
  /// The metadata's `style_loss` or `colors` is none that there is.
  case choice(key: String, String)

  /// The rest of a sentence that starts with the path: what is wrong and what to do about it.
  public var description: String {
    switch self {
    case .file(.notSafetensors): return "is no safetensors file; name a reference case"
    case .file(let error): return Self.sentence(error)
    case .shape(let name, let shape):
      let sizes = shape.map { "\($0)" }.joined(separator: ", ")
      return "has \(name) of shape [\(sizes)], which is none of a reference case's; make it again"
    case .pooling(let found):
      return "has \(Self.quoted(found)) as pool where avg or max is needed; make it again"
    case .choice(let key, let found):
      return "has \(Self.quoted(found)) as \(key), which is none; make it again"
    case .regions(let found):
      return "has \(Self.quoted(found)) as regions, which are not its mask's; make it again"
    case .balance(let found):
      let names = Balance.allCases.map { $0.rawValue }.joined(separator: ", ")
      return "has \(Self.quoted(found)) as balance where one of \(names) is needed; make it again"
    case .weight(let key, let found):
      return "has \(Self.quoted(found)) as \(key) where a number is needed; make it again"
    }
  }

  /// What is wrong with the file, without advice that is about weights.
  private static func sentence(_ error: WeightError) -> String {
    switch error {
    case .empty: "is empty; copy or make the case again"
    case .notAFile: "is not a regular file; name a reference case"
    case .badHeader(let offset): "has a damaged header (at byte \(offset)); copy or make it again"
    case .badTensor(let name): "describes the tensor \(name) wrongly; make it again"
    case .missingTensor(let name):
      "has no tensor \(name), which a reference case has; name another file"
    case .wrongType(let name, let found, let expected):
      "has \(name) as \(found) where \(expected) is needed; make it again"
    case .badValue(let name): "has a value in \(name) that is no finite number; make it again"
    default: error.description
    }
  }

  private static func quoted(_ text: String?) -> String {
    text.map { "\"\($0)\"" } ?? "nothing"
  }
}
