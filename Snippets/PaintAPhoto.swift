// Paints a photo in the style of a picture with the library: PaintAPhoto PHOTO STYLE WEIGHTS OUT.png

import ImageIO
import Optim
import QuantVGG
import StyleTransfer

func load(_ path: String, longerSide: Int) throws -> ImageTensor {
  let picture = try readImage(path: path, size: .longerSide(longerSide))
  return ImageTensor(width: picture.width, height: picture.height, rgb: picture.pixels)
}

func paint(photo: String, style: String, weights: String, out: String) throws {
  let content = try load(photo, longerSide: 256)
  let settings = TransferSettings(contentWeight: 10, styleWeight: 40)
  let numbers = try Int8Arithmetic(
    WeightFile(path: weights), deepest: settings.deepest, pooling: .average)
  let adam = try Adam(rowLength: 3 * content.width, rows: content.height)
  let session = try TransferSession(
    numbers, content: content, style: load(style, longerSide: 256), start: content,
    settings: settings, optimizer: adam, pool: WorkerPool())
  for step in 1...100 {
    let losses = session.step()
    if step % 25 == 1 { print(step, losses.total) }
  }
  try writeImage(
    RGBImage(
      size: ImageSize(width: content.width, height: content.height), pixels: session.tensor.rgb),
    path: out, encoding: ImageEncoding(.png))
}

let words = CommandLine.arguments
if words.count == 5 {
  try paint(photo: words[1], style: words[2], weights: words[3], out: words[4])
} else {
  print("usage: PaintAPhoto PHOTO STYLE WEIGHTS OUT.png")
}
