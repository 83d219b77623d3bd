import CSystem
import QuantVGG
import Testing

@Suite struct WeightFileTests {
  struct Part {
    var name: String
    var type: String
    var shape: [Int]
    var bytes: [UInt8]

    init<Element>(_ name: String, _ type: String, _ shape: [Int], _ values: [Element]) {
      (self.name, self.type, self.shape) = (name, type, shape)
      bytes = values.withUnsafeBytes { Array($0) }
    }
  }

  private func file(
    _ format: String, _ parts: [Part], of network: String = "vgg19", metadata: String = "",
    version: Int? = nil
  ) -> TemporaryFile {
    let version = version ?? (format == "int8" ? 2 : 1)
    var header =
      "{\"__metadata__\":{\"format\":\"qstyle-\(network)-\(format)\",\"format_version\":\"\(version)\"\(metadata)}"
    var data: [UInt8] = []
    for part in parts {
      header += ",\"\(part.name)\":{\"dtype\":\"\(part.type)\",\"shape\":\(part.shape),"
      header += "\"data_offsets\":[\(data.count),\(data.count + part.bytes.count)]}"
      data += part.bytes
    }
    return TemporaryFile(safetensors(header + "}", data: data))
  }

  /// The tensors of the first `layers` layers as files have them, with values that their positions
  /// determine.
  private func parts(
    _ kind: WeightFile.Kind, layers: Int = 1, eighth: String = "conv3_4", version: Int = 2
  ) -> [Part] {
    let sizes = [
      ("conv1_1", 3, 64), ("conv1_2", 64, 64), ("conv2_1", 64, 128), ("conv2_2", 128, 128),
      ("conv3_1", 128, 256), ("conv3_2", 256, 256), ("conv3_3", 256, 256),
      (eighth, 256, eighth == "conv4_1" ? 512 : 256),
    ]
    return sizes.prefix(layers).flatMap { name, inputs, outputs in
      let (weights, shape) = (inputs * outputs * 9, [outputs, inputs, 3, 3])
      func floats(_ part: String, _ count: Int) -> Part {
        Part("\(name).\(part)", "F32", [count], (0..<count).map { Float($0 + 1) / 4 })
      }
      func integers(_ part: String) -> Part {
        Part("\(name).\(part)", "I32", [outputs], (0..<outputs).map { Int32($0) })
      }
      switch kind {
      case .codebook:
        return [
          Part("\(name).weight_index", "U8", shape, (0..<weights).map { UInt8($0 % 256) }),
          floats("weight_table", 256), floats("bias", outputs),
        ]
      case .float32:
        return [
          Part("\(name).weight", "F32", shape, (0..<weights).map { Float($0 + 1) / 4 }),
          floats("bias", outputs),
        ]
      case .int8:
        let parts = [
          Part("\(name).weight", "I8", shape, (0..<weights).map { Int8($0 % 255 - 127) }),
          floats("weight_scale", outputs), integers("bias.avg"), integers("bias.max"),
          floats("activation_scale", 2),
        ]
        return version == 1 ? parts : parts + [floats("channel_scale", outputs)]
      }
    }
  }

  private func error(_ file: TemporaryFile) -> WeightError? {
    do throws(WeightError) {
      let weights = try WeightFile(path: file.path)
      switch weights.kind {
      case .int8: _ = try weights.int8(layer: 0, pooling: .average)
      default: _ = try weights.float32(layer: 0)
      }
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: WeightFile.Kind.allCases)
  func readsTheFirstLayers(kind: WeightFile.Kind) throws {
    let file = file(kind.rawValue, parts(kind, layers: 3))
    let weights = try WeightFile(path: file.path)
    #expect(weights.kind == kind && weights.network == .vgg19)
    #expect(weights.layerCount == 3)
    #expect(throws: WeightError.missingLayer(name: "conv2_2")) {
      if kind == .int8 {
        _ = try weights.int8(layer: 3, pooling: .average)
      } else {
        _ = try weights.float32(layer: 3)
      }
    }
    switch kind {
    case .int8:
      let layer = try weights.int8(layer: 1, pooling: .maximum)
      #expect(layer.weights.count == 64 * 64 * 9)
      #expect(layer.weights.prefix(3) == [-127, -126, -125])
      #expect(layer.weightScale.prefix(2) == [0.25, 0.5])
      #expect(layer.bias == (0..<64).map { Int32($0) })
      #expect(layer.outputScale == 0.5)
      #expect(layer.channelScale == (0..<64).map { Float($0 + 1) / 4 })
      #expect(try weights.int8(layer: 1, pooling: .average).outputScale == 0.25)
      #expect(throws: WeightError.wrongKind(found: "int8", expected: "float32 or codebook")) {
        try weights.float32(layer: 0)
      }
    case .codebook:
      let layer = try weights.float32(layer: 0)
      #expect(layer.weights == (0..<1728).map { Float($0 % 256 + 1) / 4 })
    case .float32:
      let layer = try weights.float32(layer: 2)
      #expect(layer.weights.count == 128 * 64 * 9 && layer.weights[5] == 1.5)
      #expect(layer.bias == (0..<128).map { Float($0 + 1) / 4 })
    }
  }

  /// VGG-16's third block ends a layer earlier, and so conv4_1 comes earlier.
  @Test func networksAreToldByTheFormat() throws {
    let names = ["conv3_3", "conv3_4", "conv4_1"].compactMap { LayerName($0) }
    let parts = parts(.float32, layers: 8, eighth: "conv4_1")
    let file = file("float32", parts, of: "vgg16")
    let weights = try WeightFile(path: file.path)
    #expect(weights.network == .vgg16 && weights.layerCount == 8)
    func place(_ layer: LayerName) throws -> Int {
      try weights.network.place(of: layer, among: weights.layerCount)
    }
    #expect(try place(names[0]) == 6)
    #expect(try place(names[2]) == 7)
    let lacking = WeightError.otherNetwork(.vgg16, lacks: names[1])
    #expect(throws: lacking) { try place(names[1]) }
    #expect(
      lacking.description
        == "is of VGG-16, which has no conv3_4; its layers are conv1_1 to conv5_3")
    #expect(throws: WeightError.missingLayer(name: "conv5_1")) { try place(.conv5_1) }
    // The same tensors as VGG-19's have a gap.
    #expect(error(self.file("float32", parts)) == .missingTensor(name: "conv3_4.weight"))
    #expect(
      error(self.file("float32", parts, of: "vgg11")) == .unknownFormat("qstyle-vgg11-float32"))
  }

  /// Files of before there were scales per channel.
  @Test func firstVersion() throws {
    let file = file("int8", parts(.int8, version: 1), version: 1)
    let weights = try WeightFile(path: file.path)
    #expect(weights.version == 1)
    let layer = try weights.int8(layer: 0, pooling: .average)
    #expect(layer.outputScale == 0.25 && layer.channelScale.isEmpty)
    #expect(
      error(self.file("int8", parts(.int8, version: 1)))
        == .missingTensor(name: "conv1_1.channel_scale"))
  }

  @Test func wrongShapeIsNamed() {
    var wrong = parts(.float32)
    wrong[0] = Part("conv1_1.weight", "F32", [64, 4, 3, 3], [Float](repeating: 0, count: 2304))
    #expect(
      error(file("float32", wrong))
        == .wrongShape(name: "conv1_1.weight", found: [64, 4, 3, 3], expected: [64, 3, 3, 3]))
  }

  @Test func missingPartsAreNamed() {
    #expect(
      error(file("int8", parts(.int8).filter { $0.name != "conv1_1.bias.max" }))
        == .missingTensor(name: "conv1_1.bias.max"))
    #expect(error(file("float32", [])) == .missingTensor(name: "conv1_1.weight"))
    let gap = parts(.float32, layers: 3).filter { !$0.name.hasPrefix("conv1_2") }
    #expect(error(file("float32", gap)) == .missingTensor(name: "conv1_2.weight"))
    #expect(
      error(file("int8", parts(.float32)))
        == .wrongType(name: "conv1_1.weight", found: "F32", expected: "I8"))
  }

  @Test func metadataIsChecked() {
    let none = TemporaryFile(safetensors("{}"))
    #expect(error(none) == .unknownFormat(""))
    #expect(error(file("int4", parts(.int8))) == .unknownFormat("qstyle-vgg19-int4"))
    let right = ",\"input_order\":\"rgb\",\"mean\":\"123.68,116.779,103.939\""
    #expect(error(file("float32", parts(.float32), metadata: right)) == nil)
    #expect(
      error(file("float32", parts(.float32), metadata: ",\"input_order\":\"bgr\""))
        == .wrongMetadata(key: "input_order", found: "bgr", expected: "rgb"))
    for (version, expected) in [
      ("3", WeightError.newerVersion("3")), ("0", .unknownFormat("qstyle-vgg19-int8")),
      ("one", .unknownFormat("qstyle-vgg19-int8")),
    ] {
      let header =
        "{\"__metadata__\":{\"format\":\"qstyle-vgg19-int8\",\"format_version\":\"\(version)\"}}"
      #expect(error(TemporaryFile(safetensors(header))) == expected)
    }
  }

  @Test(arguments: [Float.nan, .infinity, 0, -1, 1e-30, 1e30])
  func impossibleScales(value: Float) {
    for name in ["conv1_1.weight_scale", "conv1_1.activation_scale", "conv1_1.channel_scale"] {
      let changed = parts(.int8).map { part in
        guard part.name == name else { return part }
        return Part(name, "F32", part.shape, [Float](repeating: value, count: part.shape[0]))
      }
      #expect(error(file("int8", changed)) == .badValue(name: name))
    }
  }

  @Test func impossibleIntegersAndFloats() {
    for (name, index, byte) in [("conv1_1.weight", 7, UInt8(0x80)), ("conv1_1.bias.avg", 3, 0x7f)] {
      var changed = parts(.int8)
      for i in changed.indices where changed[i].name == name { changed[i].bytes[index] = byte }
      #expect(error(file("int8", changed)) == .badValue(name: name))
    }
    for index in [0, 1] {
      var changed = parts(.float32)
      changed[index].bytes.replaceSubrange(0..<4, with: [0, 0, 0xc0, 0x7f])
      #expect(error(file("float32", changed)) == .badValue(name: "conv1_1"))
    }
  }

  /// 2^30 itself is allowed.
  @Test func largestBias() {
    let changed = parts(.int8).map { part in
      guard part.type == "I32" else { return part }
      return Part(part.name, "I32", part.shape, [Int32](repeating: -1 << 30, count: 64))
    }
    #expect(error(file("int8", changed)) == nil)
  }
}
