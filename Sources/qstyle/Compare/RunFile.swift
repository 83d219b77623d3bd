internal import CommandOptions
internal import FileNames
internal import FileOutput
internal import QuantVGG
internal import Rows
internal import StyleTransfer

/// A finished run in the folder `runs`: images along the way and what was measured.
///
/// A safetensors file with `image_N` F32 [rows, columns, 3] (RGB minus mean, in the engine's rows) for
/// each kept step N, and `gradient_N` of the same shape and `gram_L` F32 [regions * channels, channels]
/// of the last image where the run keeps gradients; `measures` F64 [3]: seconds per step, peak bytes, steps.
struct RunFile {
  let run: ComparedRun
  /// The hash of all that the run follows from, which is in the file's name.
  let key: Fingerprint
  let folder: FilePath
  let width, height: Int
  let settings: TransferSettings
  /// Regions that are painted, 1 without any.
  let regions: Int

  var path: FilePath { stem.appending(suffix: ".safetensors") }
  /// The file until it is whole.
  var partialPath: FilePath { stem.appending(suffix: ".partial") }
  /// The file from which the run goes on.
  var checkpointPath: FilePath { stem.appending(suffix: ".checkpoint") }

  private var stem: FilePath {
    folder.appending(FilePath("\(run.precision.rawValue)-\(key.text)"))
  }

  /// The tensors in the order in which a run makes them.
  private var parts: [SafeTensors.Entry] {
    var parts: [SafeTensors.Entry] = []
    for step in run.samples {
      parts.append(SafeTensors.Entry("image_\(step)", type: "F32", shape: [height, width, 3]))
      if run.keepsGradients {
        parts.append(SafeTensors.Entry("gradient_\(step)", type: "F32", shape: [height, width, 3]))
      }
    }
    if run.keepsGradients {
      for layer in settings.styleLayers {
        let network = run.weights.network
        let channels = network.convolutions[network.place(of: layer.layer)].outputChannels
        parts.append(
          SafeTensors.Entry(
            "gram_\(layer.layer)", type: "F32", shape: [regions * channels, channels]))
      }
    }
    parts.append(SafeTensors.Entry("measures", type: "F64", shape: [3]))
    return parts
  }

  /// The beginning of the file: a length, and names with offsets.
  func header(plan: MemoryPlan, weightBytes: Int) -> [UInt8] {
    SafeTensors.header(
      parts,
      metadata: [("run", run.name), ("plan", plan.name), ("weight_bytes", "\(weightBytes)")],
      alignment: 8)
  }

  /// Whether the run is there, whole and of this shape.
  var exists: Bool {
    guard let file = try? open(), file.tensors.count == parts.count else { return false }
    return zip(file.tensors, parts).allSatisfy { $0.name == $1.name && $0.shape == $1.shape }
  }

  /// Maps the file; each map is dropped soon, so that images read from it take no memory for long.
  private func open() throws(Failure) -> SafeTensors {
    do throws(WeightError) {
      return try SafeTensors(path: path)
    } catch {
      throw Failure(path, error.description + "; remove it, and run the command again")
    }
  }

  /// Copies a tensor's values.
  func read(_ name: String, into values: inout MutableSpan<Float>) throws(Failure) {
    let file = try open()
    guard let tensor = file.tensors.first(where: { $0.name == name }),
      tensor.bytes.count == 4 * values.count
    else { throw Failure(path, "has no \(name); remove it, and run the command again") }
    for i in values.indices { values[i] = tensor.bytes.load(Float.self, at: 4 * i) }
  }

  /// A tensor's values.
  func values(_ name: String, count: Int) throws(Failure) -> [Float] {
    var values = [Float](repeating: 0, count: count)
    var span = values.mutableSpan
    try read(name, into: &span)
    return values
  }

  /// The time and memory of a run, and its plan.
  struct Measures {
    let stepSeconds: Double
    let steps: Int
    let peakBytes: Int
    let plan: String
    let weightBytes: Int
  }

  /// The time and memory that the file says the run took.
  func measures() throws(Failure) -> Measures {
    let file = try open()
    let values = try Failure.about(path) { () throws(WeightError) in
      try file.values("measures", type: "F64", as: Double.self)
    }
    guard values.count == 3, values.allSatisfy({ (0...0x1p53).contains($0) }) else {
      throw Failure(path, "is damaged; remove it, and run the command again")
    }
    return Measures(
      stepSeconds: values[0], steps: Int(values[2]), peakBytes: Int(values[1]),
      plan: file.metadata("plan") ?? "",
      weightBytes: Int(file.metadata("weight_bytes") ?? "") ?? 0)
  }
}
