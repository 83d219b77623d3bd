import FileNames
import ImageIO
import StyleTransfer

/// A picture, longer side `side`, whose shorter side is at least `least`.
func readTensor(
  _ path: FilePath, side: Int, least: Int, warn: (FilePath, ImageWarning) -> Void = { _, _ in }
) throws -> ImageTensor {
  let picture = try about(path) {
    try readImage(path: path, size: .longerSide(side)) { warn(path, $0) }
  }
  guard min(picture.size.width, picture.size.height) >= least else {
    throw Failure("\(path) is too small; take a picture of \(least) pixels a side or more")
  }
  return ImageTensor(width: picture.size.width, height: picture.size.height, rgb: picture.pixels)
}

/// Each picture, longer side `side`, and a noisy start image made from it.
func calibrationImages(
  _ paths: [FilePath], side: Int, least: Int,
  warn: (FilePath, ImageWarning) -> Void = { _, _ in }
) throws -> [ImageTensor] {
  try paths.enumerated().flatMap { index, path in
    let plain = try readTensor(path, side: side, least: least, warn: warn)
    return [plain, ImageTensor.noisy(content: plain, ratio: 0.6, seed: UInt64(index))]
  }
}
