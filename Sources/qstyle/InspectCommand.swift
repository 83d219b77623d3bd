internal import CommandOptions
internal import FileNames
internal import QuantVGG
internal import StyleTransfer

/// `qstyle inspect`: what a weight file holds.
struct InspectCommand {
  static let command = Command(
    "qstyle inspect", "Shows layers, scales, source and licence of a weight file.",
    usage: "WEIGHTS.safetensors", arguments: 1...1, groups: [SharedOptions.group])

  /// Bytes per weight of the largest layer in the copies that are made to look at it.
  private static let bytesPerValue = 16

  private let path: FilePath
  private let isJSON: Bool

  init(_ arguments: ParsedArguments) throws(UsageError) {
    path = arguments.positional.first ?? ""
    isJSON = try SharedOptions(arguments).isJSON
  }

  func run() throws(Failure) -> ExitCode {
    let file: WeightFile
    file = try Failure.about(path) { () throws(WeightError) in
      try WeightFile(path: path)
    }
    let values = file.network.convolutions.map { 9 * $0.inputChannels * $0.outputChannels }
    try Failure.from { () throws(TransferError) in
      try MemoryLimit.requireMappable(Self.bytesPerValue * (values.max() ?? 0))
    }
    var text = "\(path)\n"
    var document = JSONObject()
    document.add("file", path.description)
    for entry in file.tensors.metadata {
      text += "  \(entry.key): \(Console.oneLine(entry.value))\n"
      document.add(entry.key, entry.value)
    }
    var layers: [JSONObject] = []
    for layer in file.network.convolutions.prefix(file.layerCount) {
      try Failure.about(path) { () throws(WeightError) in
        let (line, object) = try describe(layer, file)
        text += line
        layers.append(object)
      }
      file.dropPages()
    }
    document.add("layers", layers)
    Console.print(isJSON ? document.text + "\n" : text)
    return .done
  }

  private func describe(
    _ layer: NetworkTable.Convolution, _ file: WeightFile
  ) throws(WeightError) -> (String, JSONObject) {
    let shape = [layer.outputChannels, layer.inputChannels, 3, 3]
    var line = "  \(layer.name) \(layer.outputChannels)x\(layer.inputChannels)x3x3"
    var object = JSONObject()
    object.add("name", layer.name.description)
    object.add("shape", shape)
    if file.kind == .int8 {
      let average = try file.int8(layer: layer.index, pooling: .average)
      let maximum = try file.int8(layer: layer.index, pooling: .maximum)
      let least = Double(average.weightScale.min() ?? 0)
      let most = Double(average.weightScale.max() ?? 0)
      line +=
        "  weight scale \(Format.general(least, digits: 3)) ... \(Format.general(most, digits: 3))"
        + "  activation scale avg \(Format.general(Double(average.outputScale), digits: 4)), max "
        + Format.general(Double(maximum.outputScale), digits: 4)
      let channelLeast = Double(average.channelScale.min() ?? 1)
      let channelMost = Double(average.channelScale.max() ?? 1)
      line +=
        "  channel scale \(Format.general(channelLeast, digits: 3)) ... "
        + Format.general(channelMost, digits: 3)
      object.add("weight_scale_min", least)
      object.add("weight_scale_max", most)
      object.add("activation_scale_avg", Double(average.outputScale))
      object.add("activation_scale_max", Double(maximum.outputScale))
      object.add("channel_scale_min", channelLeast)
      object.add("channel_scale_max", channelMost)
    } else {
      let convolution = try file.float32(layer: layer.index)
      let least = Double(convolution.weights.min() ?? 0)
      let most = Double(convolution.weights.max() ?? 0)
      line += "  weights \(Format.general(least, digits: 4)) ... \(Format.general(most, digits: 4))"
      object.add("weight_min", least)
      object.add("weight_max", most)
    }
    return (line + "\n", object)
  }
}
