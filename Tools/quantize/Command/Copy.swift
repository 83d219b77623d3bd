import FileOutput
import QuantVGG
import QuantizeCore

/// Writes the layers up to `deepest` of a file of quantize, unchanged.
func copy(_ options: Options, through deepest: LayerName) throws {
  let locks = try lock([options.output])
  defer { withExtendedLifetime(locks) {} }
  let (file, tensors) = try about(options.source) {
    let file = try WeightFile(path: options.source)
    return (file, try file.outputTensors(through: deepest))
  }
  let metadata = file.kind == .int8 ? tensors.checked(file.tensors.metadata) : file.tensors.metadata
  try about(options.output) {
    try SafeTensorsWriter.write(tensors, metadata: metadata, to: options.output)
  }
}
