package import CommandOptions
internal import FileNames
package import JSONText

/// What a client wants painted: the JSON body of a job, in which every member but `content` and `styles` may be missing.
package struct JobRequest: Equatable {
  /// A style and its share.
  package struct Style: Equatable {
    package var id = ""
    package var weight = 1.0
  }

  /// The photo, and what it is painted like: numbers of uploads.
  package var content = ""
  package var styles: [Style] = []
  /// Longer side of the result in pixels.
  package var size: Int?
  /// Style against content.
  package var strength: Double?
  /// Size of the strokes.
  package var styleScale: Double?
  /// style, match, luma or match,luma.
  package var colors: String?
  /// auto or off.
  package var scales: String?
  /// Steps at the last scale.
  package var steps: Int?
  /// Weight of the differences of neighbouring pixels.
  package var smooth: Double?
  /// content or noise.
  package var start: String?
  package var seed: Int?
  package var upscale: Bool?

  package init() {}

  /// Most styles of a job.
  package static let mostStyles = 4

  /// Reads a body.
  ///
  /// - Throws: `JSONError` for what is no JSON, or asks for something that there is not.
  package init(_ bytes: [UInt8]) throws(JSONError) {
    var reader = JSONReader(bytes)
    self = try Self.read(&reader)
    try reader.readEnd()
  }

  /// Reads an object.
  static func read(_ reader: inout JSONReader) throws(JSONError) -> JobRequest {
    var request = JobRequest()
    try reader.readObject { (reader, key) throws(JSONError) in
      try request.read(key, &reader)
    }
    guard !request.content.isEmpty else { throw reader.error(.missing("\"content\"")) }
    guard !request.styles.isEmpty else { throw reader.error(.missing("\"styles\"")) }
    return request
  }

  private mutating func read(_ key: String, _ reader: inout JSONReader) throws(JSONError) {
    switch key {
    case "content": content = try Self.upload(&reader)
    case "styles":
      var styles: [Style] = []
      try reader.readList { (reader) throws(JSONError) in
        guard styles.count < Self.mostStyles else {
          throw reader.error(.unwanted("there are more than \(Self.mostStyles) styles"))
        }
        styles.append(try Self.style(&reader))
      }
      self.styles = styles
    case "size": size = try Self.integer(&reader, in: 16...16384)
    case "strength": strength = try Self.number(&reader, in: 0.001...1000)
    case "style_scale": styleScale = try Self.number(&reader, in: 0.1...10)
    case "colors": colors = try Self.word(&reader, Self.colorWords)
    case "scales": scales = try Self.word(&reader, Self.scaleWords)
    case "steps": steps = try Self.integer(&reader, in: 1...10000)
    case "smooth": smooth = try Self.number(&reader, in: 0...1000)
    case "init": start = try Self.word(&reader, Self.startWords)
    case "seed": seed = try Self.integer(&reader, in: 0...Int(Int32.max))
    case "upscale":
      guard let value = try reader.readLiteral() else {
        throw reader.error(.unwanted("true or false is wanted"))
      }
      upscale = value
    default: throw reader.error(.unwanted("\(JSONText.quote(key)) is none of a job's members"))
    }
  }

  // Embedded Swift mixes up constant lists that one function has: Scripts/check-objects.
  private static var colorWords: [String] {
    @inline(never) get { ["style", "match", "luma", "match,luma"] }
  }
  private static var scaleWords: [String] {
    @inline(never) get { ["auto", "off"] }
  }
  private static var startWords: [String] {
    @inline(never) get { ["content", "noise"] }
  }

  private static func style(_ reader: inout JSONReader) throws(JSONError) -> Style {
    var style = Style()
    guard try reader.kind() == .object else {
      style.id = try upload(&reader)
      return style
    }
    try reader.readObject { (reader, key) throws(JSONError) in
      switch key {
      case "id": style.id = try upload(&reader)
      case "weight": style.weight = try number(&reader, in: 0.001...1000)
      default: throw reader.error(.unwanted("\(JSONText.quote(key)) is none of a style's members"))
      }
    }
    guard !style.id.isEmpty else { throw reader.error(.missing("\"id\"")) }
    return style
  }

  private static func upload(_ reader: inout JSONReader) throws(JSONError) -> String {
    let place = reader.error(.unwanted("an upload's id is wanted, 64 digits and letters a to f"))
    let id = try reader.readText()
    guard Upload.isID(id) else { throw place }
    return id
  }

  private static func integer(
    _ reader: inout JSONReader, in range: ClosedRange<Int>
  ) throws(JSONError) -> Int {
    let place = reader.error(
      .unwanted("a whole number from \(range.lowerBound) to \(range.upperBound) is wanted"))
    guard let number = Int(try reader.readNumber()), range.contains(number) else { throw place }
    return number
  }

  private static func number(
    _ reader: inout JSONReader, in range: ClosedRange<Double>
  ) throws(JSONError) -> Double {
    let place = reader.error(
      .unwanted(
        "a number from \(Format.general(range.lowerBound)) to \(Format.general(range.upperBound)) is wanted"
      ))
    guard let number = parseNumber(try reader.readNumber()), range.contains(number) else {
      throw place
    }
    return number
  }

  private static func word(
    _ reader: inout JSONReader, _ words: [String]
  ) throws(JSONError) -> String {
    let place = reader.error(.unwanted(words.joined(separator: " or ") + " is wanted"))
    let word = try reader.readText()
    guard words.contains(word) else { throw place }
    return word
  }
}

extension JobRequest {
  /// The request as it is stored and shown.
  package var json: JSONObject {
    var document = JSONObject()
    document.add("content", content)
    document.add(
      "styles",
      styles.map { style in
        var entry = JSONObject()
        entry.add("id", style.id)
        entry.add("weight", style.weight)
        return entry
      })
    if let size { document.add("size", size) }
    if let strength { document.add("strength", strength) }
    if let styleScale { document.add("style_scale", styleScale) }
    if let colors { document.add("colors", colors) }
    if let scales { document.add("scales", scales) }
    if let steps { document.add("steps", steps) }
    if let smooth { document.add("smooth", smooth) }
    if let start { document.add("init", start) }
    if let seed { document.add("seed", seed) }
    if let upscale { document.add("upscale", upscale) }
    return document
  }

  /// The words of `qstyle transfer` for it, but for its outputs.
  ///
  /// - Parameter path: the file of an upload.
  /// - Returns: the words.
  func words(_ path: (String) -> FilePath) -> [FilePath] {
    var words: [FilePath] = [path(content)]
    for style in styles {
      words.append(path(style.id).appending(suffix: FilePath(":\(style.weight)")))
    }
    func add(_ name: FilePath, _ value: String?) {
      if let value { words += [name, FilePath(value)] }
    }
    add("--size", size.map { "\($0)" })
    add("--strength", strength.map { "\($0)" })
    add("--style-scale", styleScale.map { "\($0)" })
    add("--colors", colors)
    add("--scales", scales)
    add("--steps", steps.map { "\($0)" })
    add("--smooth", smooth.map { "\($0)" })
    add("--init", start)
    if start == "noise" { add("--seed", seed.map { "\($0)" }) }
    if upscale == true { words.append("--upscale") }
    return words
  }
}
