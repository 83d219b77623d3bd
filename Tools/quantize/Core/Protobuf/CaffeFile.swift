internal import QuantVGG

/// The blobs of a caffemodel: BVLC Caffe's NetParameter (caffe.proto) with its layers as V1, which all
/// published VGG files have, or as the later LayerParameter.
struct CaffeFile {
  /// Field numbers of the two kinds of layers.
  private enum Layers: Int {
    case version1 = 2
    case version2 = 100

    var name: Int { self == .version1 ? 4 : 1 }
    var blobs: Int { self == .version1 ? 6 : 7 }
  }

  /// Most layers that are kept.
  private static let mostLayers = 4096

  private(set) var tensors: [String: ProtobufTensor] = [:]

  /// Whether a message begins like a NetParameter: the fields before the first layer are name = 1,
  /// input = 3, input_dim = 4, input_shape = 8 and others of small messages.
  static func matches(_ bytes: FileSlice) -> Bool {
    var fields = ProtobufFields(bytes)
    var count = 0
    do {
      while let (number, value) = try fields.next() {
        if case .bytes = value, Layers(rawValue: number) != nil { return true }
        guard (1...10).contains(number), count < 64 else { return false }
        if case .bytes(let bytes) = value, bytes.count > 4096 { return false }
        count += 1
      }
      return false
    } catch ProtobufError.truncated {
      // The first layer is cut off.
      return count > 0
    } catch {
      return false
    }
  }

  /// Finds the blobs, `NAME.weight` and `NAME.bias` for the first layer of each name that has some.
  init(_ bytes: FileSlice) throws {
    var fields = ProtobufFields(bytes)
    while let (number, value) = try fields.next() {
      guard let kind = Layers(rawValue: number), case .bytes(let layer) = value else { continue }
      try read(layer, kind)
    }
  }

  private mutating func read(_ layer: FileSlice, _ kind: Layers) throws {
    var fields = ProtobufFields(layer)
    var name = ""
    var blobs: [FileSlice] = []
    while let (number, value) = try fields.next() {
      switch number {
      case kind.name: name = try ProtobufFields.text(value)
      case kind.blobs where blobs.count < 2: blobs.append(try ProtobufFields.message(value))
      default: break
      }
    }
    guard tensors.count < Self.mostLayers, tensors[name + ".weight"] == nil else { return }
    for (blob, part) in zip(blobs, [".weight", ".bias"]) {
      tensors[name + part] = try Self.tensor(blob, name: name + part)
    }
  }

  /// BlobProto: num, channels, height, width = 1...4; data = 5; shape = 7; double_data = 8.
  private static func tensor(_ blob: FileSlice, name: String) throws -> ProtobufTensor {
    var fields = ProtobufFields(blob)
    var old: [Int?] = [nil, nil, nil, nil]
    var shape: [Int]?
    var isDouble = false
    while let (number, value) = try fields.next() {
      switch (number, value) {
      case (1...4, .varint(let size)): old[number - 1] = try ProtobufFields.integer(size)
      case (7, .bytes(let message)):
        var dimensions: [Int] = []
        var fields = ProtobufFields(message)
        while let (number, value) = try fields.next() {
          if number == 1 { try ProtobufFields.append(value, to: &dimensions) }
        }
        shape = dimensions
      case (8, _): isDouble = true
      default: break
      }
    }
    return try ProtobufTensor(
      name: name, shape: shape ?? old.map { $0 ?? 1 },
      numbers: .fields(
        try PackedNumbers(blob, field: isDouble ? 8 : 5, type: isDouble ? .float64 : .float32)))
  }
}
