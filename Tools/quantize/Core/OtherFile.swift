internal import QuantVGG

/// Files that are taken for weights, known by their first bytes.
enum OtherFile {
  private static let kinds: [(start: [UInt8], sentence: String)] = [
    ([0x1f, 0x8b], "is compressed by gzip; unpack it first"),
    ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], "is compressed by xz; unpack it first"),
    (Array("BZh".utf8), "is compressed by bzip2; unpack it first"),
    ([0x28, 0xb5, 0x2f, 0xfd], "is compressed by zstd; unpack it first"),
    ([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], "is a 7z archive; unpack it first"),
    (
      [0x93] + Array("NUMPY".utf8),
      "is an array of NumPy; save its numbers as tensors with torch.save"
    ),
    ([0x89] + Array("PNG".utf8), "is a picture; name a file of weights first"),
    ([0xff, 0xd8, 0xff], "is a picture; name a file of weights first"),
    (
      Array("version https://git-lfs".utf8),
      "is a pointer to a file in Git LFS; fetch that with git lfs pull"
    ),
  ]

  /// The rest of a sentence about a file that begins like one of another kind: what it is and what to do.
  static func sentence(_ bytes: FileSlice) -> String? {
    if let kind = kinds.first(where: { bytes.starts(with: $0.start) }) { return kind.sentence }
    let text = String(decoding: bytes.prefix(64), as: UTF8.self).lowercased()
    let isPage = ["<!doctype", "<html", "<?xml"].contains {
      text.drop { $0.isWhitespace }.hasPrefix($0)
    }
    return isPage ? "is a web page in place of a file; download it again" : nil
  }
}
