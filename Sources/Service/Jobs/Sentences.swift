internal import FileNames

extension DataFolder {
  /// A child's sentence in the words of a page: the content goes by its title, and styles by what they are.
  func renamed(_ sentence: String, _ request: JobRequest, title: String) -> String {
    var text = sentence.replacing(upload(request.content).description, with: title)
    for style in request.styles {
      text = text.replacing(upload(style.id).description, with: "the style")
    }
    return text
  }
}

extension String {
  /// The text with another one in place of a part, wherever it stands.
  func replacing(_ part: String, with other: String) -> String {
    let (bytes, wanted) = (Array(utf8), Array(part.utf8))
    guard !wanted.isEmpty, bytes.count >= wanted.count else { return self }
    var (result, place) = ([UInt8](), 0)
    while place < bytes.count {
      if place + wanted.count <= bytes.count, bytes[place] == wanted[0],
        bytes[place..<place + wanted.count].elementsEqual(wanted)
      {
        result += Array(other.utf8)
        place += wanted.count
      } else {
        result.append(bytes[place])
        place += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
