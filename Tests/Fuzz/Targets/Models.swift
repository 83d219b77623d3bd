import CFuzz
import FileNames
import FileOutput
import QuantVGG
import QuantizeCore
import StyleTransfer

/// Reads a file of weights as `quantize` does.
private func readModel(path: FilePath) {
  do {
    let source = try SourceFile(path: path)
    _ = source.weightsHash
  } catch {
    check("\(error)")
  }
}

func readModel(_ bytes: Span<UInt8>) { readModel(path: file(bytes)) }

/// Reads a file of weights with a library: in a process where crashes of the readers show, and where that comes to
/// an end as `quantize` does.
func readWithLibrary(_ bytes: Span<UInt8>, _ format: modelfile_format) {
  let path = file(bytes)
  let result = unsafe path.withCString { unsafe fuzz_read_in_child(format, $0) }
  promise(result != FUZZ_CRASHED, "the reader crashed in its process")
  if result == FUZZ_READ { readModel(path: path) }
}

/// Reads a safetensors file as everything that it can be.
func readWeights(_ bytes: Span<UInt8>) {
  let path = file(bytes)
  readModel(path: path)
  do throws(ReferenceCaseError) { _ = try ReferenceCase(path: path) } catch {
    check(error.description)
  }
  do throws(WeightError) {
    let file = try WeightFile(path: path)
    for layer in 0..<file.layerCount {
      if file.kind == .int8 {
        for pooling in Pooling.allCases { _ = try file.int8(layer: layer, pooling: pooling) }
      } else {
        _ = try file.float32(layer: layer)
      }
    }
  } catch {
    check(error.description)
  }
}

/// A file of one layer of each kind, and a reference case.
func makeSafeTensors(_ prefix: String) throws {
  for kind in WeightFile.Kind.allCases {
    let metadata = [
      ("format", kind.format(of: .vgg19)), ("format_version", "\(kind.version)"),
      ("input_order", "rgb"), ("mean", WeightFile.mean),
    ]
    let layer = NetworkTable.vgg19.convolutions[0]
    try write(
      WeightFile.parts(kind, layer, version: kind.version), metadata, to: prefix + kind.rawValue)
  }
  let entry = SafeTensors.Entry.init
  let pixels = [
    entry("content_rgb_u8", "U8", [2, 3, 3]), entry("style_rgb_u8", "U8", [1, 6, 3]),
    entry("init_hwc", "F32", [2, 3, 3]), entry("grad0_hwc", "F32", [2, 3, 3]),
    entry("trajectory_J_Jc_Js", "F32", [2, 3]),
  ]
  try write(
    pixels, [("pool", "max"), ("alpha", "1e1"), ("beta", "40.5")], to: prefix + "case")
}

private func write(
  _ entries: [SafeTensors.Entry], _ metadata: [(key: String, value: String)], to path: String
) throws {
  let file = try AtomicFile(path: FilePath(path))
  try file.write(SafeTensors.header(entries, metadata: metadata, alignment: 8))
  try file.write([UInt8](repeating: 0x3f, count: entries.reduce(0) { $0 + $1.byteCount }))
  try file.commit()
}
