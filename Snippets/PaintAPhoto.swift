// Paints photos in the style of a picture, one after the other, with the weights loaded once:
// PaintAPhoto STYLE PHOTO OUT.png [PHOTO OUT.png ...]. Ctrl-C stops after the step and saves it.

import Glibc
import StyleTransfer
import Synchronization

enum Cancellation {
  static let isRequested = Atomic(false)
}

func paint(_ photo: String, style: String, weights: Weights, out: String) throws {
  let transfer = Transfer(
    content: try Picture(path: photo), style: try Picture(path: style), weights: weights)
  let result = try transfer.run { progress, _ in
    if let losses = progress.losses, progress.step % 25 == 0 {
      print("\(out): step \(progress.step) of \(progress.steps), cost \(losses.total)")
    }
    return Cancellation.isRequested.load(ordering: .relaxed) ? .stop : .proceed
  }
  try result.picture.write(to: out)
  print("\(out): \(result.steps) steps, cost \(result.losses.total)")
}

let words = Array(CommandLine.arguments.dropFirst())
guard words.count >= 3, words.count % 2 == 1 else {
  print("usage: PaintAPhoto STYLE PHOTO OUT.png [PHOTO OUT.png ...]")
  exit(64)
}
signal(SIGINT) { _ in Cancellation.isRequested.store(true, ordering: .relaxed) }
do {
  // The file of QSTYLE_WEIGHTS, or one beside the program, in the data folder or in a checkout.
  let weights = try Weights.find()
  for place in stride(from: 1, to: words.count, by: 2) {
    if Cancellation.isRequested.load(ordering: .relaxed) { exit(2) }
    try paint(words[place], style: words[0], weights: weights, out: words[place + 1])
  }
  exit(Cancellation.isRequested.load(ordering: .relaxed) ? 2 : 0)
} catch {
  print("\(error)")
  exit(1)
}
