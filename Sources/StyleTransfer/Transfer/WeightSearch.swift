internal import CBuiltInWeights
internal import CSystem
public import FileNames
internal import QuantVGG

/// The places where weights are looked for: a path that is given, QSTYLE_WEIGHTS, in the program, beside it, the
/// user's data folder, and the folders of a checkout above the program.
extension Weights {
  /// The name of a file that is searched for.
  package static func fileName(_ precision: Precision) -> FilePath {
    precision == .int8 ? "vgg19-int8.safetensors" : "vgg19-reference.safetensors"
  }

  /// Finds the weights of a run and opens them.
  ///
  /// - Parameters:
  ///   - path: the file; nil searches the usual places.
  ///   - precision: the wanted arithmetic; nil takes what the file holds, int8 where there is a choice.
  /// - Returns: the weights, whose `precision` is the wanted one.
  /// - Throws: `TransferError.weights`, `.precision`, `.noWeights`.
  public static func find(
    _ path: FilePath? = nil, precision: Precision? = nil
  ) throws(TransferError) -> Weights {
    guard let path = location(path, precision: precision) else {
      let precision = precision ?? .int8
      guard precision == .int8, let weights = try builtIn() else { throw .noWeights(precision) }
      return weights
    }
    let weights = try Weights(path: path)
    if let precision, precision != weights.precision {
      throw .precision(name: path.description, held: weights.precision, wanted: precision)
    }
    return weights
  }

  /// The file that `find` opens.
  ///
  /// - Parameters:
  ///   - path: the file that is named; nil searches the usual places.
  ///   - precision: the wanted arithmetic.
  /// - Returns: the file; nil where the weights are in the program, or there are none.
  package static func location(_ path: FilePath?, precision: Precision?) -> FilePath? {
    if let path = path ?? FilePath(environment: "QSTYLE_WEIGHTS") { return path }
    let precision = precision ?? .int8
    return precision == .int8 && hasBuiltIn ? nil : search(precision)
  }

  /// Whether int8 weights were linked into the program.
  private static var hasBuiltIn: Bool {
    var size = 0
    return unsafe built_in_weights(&size) != nil
  }

  /// The float32 weights in the usual places, for scoring; nil where there are none.
  ///
  /// - Throws: `TransferError.weights`.
  package static func reference() throws(TransferError) -> Weights? {
    guard let path = search(.float32) else { return nil }
    return try Weights(path: path)
  }

  /// The int8 weights that were linked into the program; nil where there are none.
  private static func builtIn() throws(TransferError) -> Weights? {
    var size = 0
    guard let start = unsafe built_in_weights(&size) else { return nil }
    // SAFETY: `size` bytes of the executable, constant as long as the process lives.
    let file = unsafe MappedFile(ofExecutable: UnsafeRawBufferPointer(start: start, count: size))
    let name = "the file of weights in the program"
    return try TransferError.from(name) { () throws(WeightError) in
      Weights(try WeightFile(file), name: name)
    }
  }

  private static func search(_ precision: Precision) -> FilePath? {
    var folders: [FilePath] = []
    if let program = program() {
      var folder = program.folder
      for level in 0..<6 where folder != "/" {
        if level == 0 { folders.append(folder) }
        folders += [folder.appending("weights"), folder.appending("Fixtures")]
        folder = FilePath(bytes: folder.bytes.dropLast()).folder
      }
    }
    if let data = FilePath(environment: "XDG_DATA_HOME") {
      folders.insert(data.appending("qstyle"), at: min(1, folders.count))
    } else if let home = FilePath(environment: "HOME") {
      folders.insert(home.appending(".local/share/qstyle"), at: min(1, folders.count))
    }
    return folders.map { $0.appending(fileName(precision)) }.first { path in
      unsafe path.withCString { unsafe access($0, R_OK) } == 0
    }
  }

  private static func program() -> FilePath? {
    let running = unsafe realpath("/proc/self/exe", nil)
    guard
      let path = unsafe running ?? system_program_path().flatMap({ unsafe realpath($0, nil) })
    else { return nil }
    defer { unsafe free(path) }
    return unsafe FilePath(cString: path)
  }
}
