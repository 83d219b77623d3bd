// Paints photos in the style of a picture, one after the other, with the weights loaded once:
// PaintAPhoto STYLE SIZE STEPS PHOTO OUT.png [PHOTO OUT.png ...]. Ctrl-C stops after the step and saves it.

import FileNames
import Glibc
import StyleTransfer
import Synchronization

enum Cancellation {
  static let isRequested = Atomic(false)
}

func paint(_ transfer: Transfer, out: FilePath) throws {
  let result = try transfer.run { progress, _ in
    if let losses = progress.losses {
      print("\(out): step \(progress.step) of \(progress.steps), cost \(losses.total)")
    }
    return Cancellation.isRequested.load(ordering: .relaxed) ? .stop : .proceed
  }
  try result.picture.write(to: out)
  print("\(out): \(result.steps) steps, cost \(result.losses.total)")
}

let words = Array(CommandLine.arguments.dropFirst())
guard words.count >= 5, words.count % 2 == 1, let size = Int(words[1]), let steps = Int(words[2]),
  size >= 16, steps >= 1
else {
  print("usage: PaintAPhoto STYLE SIZE STEPS PHOTO OUT.png [PHOTO OUT.png ...]")
  exit(64)
}
signal(SIGINT) { _ in Cancellation.isRequested.store(true, ordering: .relaxed) }
do {
  // The file of QSTYLE_WEIGHTS, or one beside the program, in the data folder or in a checkout.
  let weights = try Weights.find()
  for place in stride(from: 3, to: words.count, by: 2) {
    var transfer = Transfer(
      content: try Picture(path: FilePath(words[place])),
      styles: [Style(try Picture(path: FilePath(words[0])))], weights: weights)
    transfer.longerSide = size
    transfer.steps = steps
    try paint(transfer, out: FilePath(words[place + 1]))
    if Cancellation.isRequested.load(ordering: .relaxed) { exit(2) }
  }
} catch {
  print("\(error)")
  exit(error as? TransferError == .stopped ? 2 : 1)
}
