internal import CommandOptions
internal import FileNames
internal import ImageIO
internal import StyleTransfer

/// `qstyle thumbnail`: a small copy of a picture, for which all of it is read.
struct ThumbnailCommand {
  static let command = Command(
    "qstyle thumbnail",
    "Makes a small copy of PICTURE, and so makes sure that it can be read to its end.",
    usage: "PICTURE -o OUT.png|.jpg", arguments: 1...1,
    groups: [
      OptionGroup(
        "Pictures",
        [
          Option("output", letter: "o", value: "FILE", "The picture to write, .png or .jpg."),
          Option(
            "size", value: "N", "Longer side of the copy in pixels at the most (default: 480)."),
        ]),
      OptionGroup("Memory", [TransferOptions.memorySize]),
      SharedOptions.group,
    ])

  private let shared: SharedOptions
  private let picture: FilePath
  private let output: ResultFile
  private let side: Int
  private let memory: Int?

  init(_ arguments: ParsedArguments) throws(UsageError) {
    output = try ResultFile(arguments)
    shared = try SharedOptions(arguments)
    picture = arguments.positional[0]
    side = try arguments.integer("size", in: 1...4096) ?? 480
    memory = try arguments.bytes("memory")
    var files = NamedFiles()
    try files.input(picture, "the picture")
    try files.output(output.path, "-o")
  }

  func run() throws(Failure) -> ExitCode {
    try output.check()
    let (picture, path, side, memory) = (picture, output.path, side, memory)
    let (info, size, warnings) = try Failure.about(picture) {
      () throws(ImageError) -> (ImageInfo, ImageSize, [ImageWarning]) in
      let reader = try ImageReader(path: picture)
      let size = fittedSize(reader.info.size, longerSide: side)
      let limit = memory ?? MemoryLimit.ofProcess.bytes
      let bytes = reader.readingBytes(size: size) + 12 * size.pixelCount
      guard Console.peakBytes + bytes <= limit else { throw .outOfMemory }
      var pixels = [Float](repeating: 0, count: 3 * size.pixelCount)
      var span = pixels.mutableSpan
      try reader.read(into: &span, size: size)
      try writeImage(
        RGBImage(size: size, pixels: pixels), path: path,
        encoding: ImageEncoding(ImageFormat(fileName: path) ?? .png, quality: 85))
      return (reader.info, size, reader.warnings)
    }
    shared.warn(warnings.map { "\(picture) \($0.description)" })
    if shared.isJSON {
      var document = JSONObject()
      document.add("output", path.description)
      document.add("format", info.format.name)
      document.add("width", info.size.width)
      document.add("height", info.size.height)
      document.add("thumbnail_width", size.width)
      document.add("thumbnail_height", size.height)
      Console.print(document.text + "\n")
    } else if !shared.isQuiet {
      Console.print("saved \(path), \(size.text)\n")
    }
    return .done
  }
}
