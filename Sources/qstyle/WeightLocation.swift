internal import CBuiltInWeights
internal import CSystem
internal import CommandOptions
internal import QuantVGG

/// Weights that were found, and the arithmetic that they are for.
struct Weights {
  let file: WeightFile
  let path: String
  let precision: Precision

  /// Packs the layers up to `deepest` for the fixed-point engine.
  func int8(
    deepest: LayerName, pooling: Pooling, kernels: KernelTable, copies: WeightCopies = .both,
    transposed: Bool = false
  ) throws(Failure) -> Int8Arithmetic {
    do throws(WeightError) {
      return try Int8Arithmetic(
        file, deepest: deepest, pooling: pooling, kernels: kernels, copies: copies,
        transposed: transposed)
    } catch {
      throw Failure(path, error.description)
    }
  }

  /// Packs the layers up to `deepest` in single precision.
  func float32(
    deepest: LayerName, pooling: Pooling, kernels: KernelTable, transposed: Bool = false
  ) throws(Failure) -> Float32Arithmetic {
    do throws(WeightError) {
      return try Float32Arithmetic(
        file, deepest: deepest, pooling: pooling, kernels: kernels, transposed: transposed)
    } catch {
      throw Failure(path, error.description)
    }
  }
}

/// Where weights are looked for: the option, QSTYLE_WEIGHTS, in the program, beside it, the user's
/// data folder, and the folders of a checkout above the program.
enum WeightLocation {
  static func fileName(_ precision: Precision) -> String {
    precision == .int8 ? "vgg19-int8.safetensors" : "vgg19-reference.safetensors"
  }

  /// Opens the weights of a run.
  ///
  /// - Parameters:
  ///   - path: of --weights.
  ///   - precision: of --precision; nil takes what the file holds, int8 where there is a choice.
  /// - Returns: the weights and the arithmetic that they are for.
  /// - Throws: `Failure` when there are none, or none of this precision.
  static func open(
    _ path: String?, precision: Precision?
  ) throws(Failure) -> Weights {
    if let path = path ?? Console.environment("QSTYLE_WEIGHTS") {
      let file = try read(path)
      let held: Precision = file.kind == .int8 ? .int8 : .float32
      guard let precision, precision != held else {
        return Weights(file: file, path: path, precision: held)
      }
      throw Failure(
        path,
        "holds \(held.rawValue) weights, not \(precision.rawValue); name another file or leave out --precision"
      )
    }
    let precision = precision ?? .int8
    if precision == .int8, let weights = try builtIn() { return weights }
    guard let path = find(precision) else {
      throw Failure(
        "there are no \(precision.rawValue) weights (\(fileName(precision))) beside the program or in the "
          + "data folder; name them with --weights FILE, or make them with quantize")
    }
    return Weights(file: try read(path), path: path, precision: precision)
  }

  /// The int8 weights that were linked into the program; nil where there are none.
  static func builtIn() throws(Failure) -> Weights? {
    var size = 0
    guard let start = built_in_weights(&size) else { return nil }
    let file = MappedFile(ofExecutable: UnsafeRawBufferPointer(start: start, count: size))
    let path = "the file of weights in the program"
    do throws(WeightError) {
      return Weights(file: try WeightFile(file), path: path, precision: .int8)
    } catch {
      throw Failure(path, error.description)
    }
  }

  /// The float32 reference for scoring; nil where there is none.
  static func reference() throws(Failure) -> Weights? {
    guard let path = find(.float32) else { return nil }
    return Weights(file: try read(path), path: path, precision: .float32)
  }

  static func read(_ path: String) throws(Failure) -> WeightFile {
    do throws(WeightError) {
      return try WeightFile(path: path)
    } catch {
      throw Failure(path, error.description)
    }
  }

  private static func find(_ precision: Precision) -> String? {
    let name = fileName(precision)
    var folders: [String] = []
    if let program = program() {
      var folder = program
      for level in 0..<6 {
        guard let slash = folder.lastIndex(of: "/"), slash > folder.startIndex else { break }
        folder = String(folder[..<slash])
        if level == 0 { folders.append(folder) }
        folders += [folder + "/weights", folder + "/Fixtures"]
      }
    }
    if let data = Console.environment("XDG_DATA_HOME") {
      folders.insert(data + "/qstyle", at: min(1, folders.count))
    } else if let home = Console.environment("HOME") {
      folders.insert(home + "/.local/share/qstyle", at: min(1, folders.count))
    }
    return folders.map { $0 + "/" + name }.first { access($0, R_OK) == 0 }
  }

  private static func program() -> String? {
    guard let resolved = realpath("/proc/self/exe", nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
