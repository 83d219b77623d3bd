// A program of another package, which has the products of this one and its documentation.
//
// Painter WEIGHTS STYLE PHOTO OUT SIZE STEPS paints a photo, once stopped early and once to the end, and writes
// the result as OUT.png and its numbers as OUT.values.

import FileNames
import FileOutput
import QuantVGG
import StyleTransfer

@main
enum Painter {
  static func main() throws {
    let words = Array(CommandLine.arguments.dropFirst())
    guard words.count == 6, let size = Int(words[4]), let steps = Int(words[5]) else {
      fatalError("usage: Painter WEIGHTS STYLE PHOTO OUT SIZE STEPS")
    }
    let weights = try Weights(path: FilePath(words[0]))
    let pool = WorkerPool(threads: 2)
    var transfer = Transfer(
      content: try Picture(path: FilePath(words[2])),
      styles: [Style(try Picture(path: FilePath(words[1])))],
      weights: weights)
    transfer.longerSide = size
    transfer.steps = steps

    // Stopped after its first step, it returns that.
    let stopped = try transfer.run(pool: pool) { progress, _ in
      progress.step == 1 ? .stop : .proceed
    }
    guard stopped.wasStopped, stopped.steps == 1 else { fatalError("it was not stopped") }

    // Stopped while a picture is measured, it throws.
    do {
      _ = try transfer.run(pool: pool) { progress, _ in
        progress.phase == .measureContent ? .stop : .proceed
      }
      fatalError("it was not stopped")
    } catch {
      guard error == .stopped else { throw error }
    }

    var costs: [Double] = []
    var measured: Set<TransferPhase> = []
    let result = try transfer.run(pool: pool) { progress, picture in
      if let losses = progress.losses, let picture {
        costs.append(losses.total)
        if picture.size != transfer.resultSize { return .stop }
      } else {
        measured.insert(progress.phase)
      }
      return .proceed
    }
    guard !result.wasStopped, costs.count == steps, measured == [.measureStyle, .measureContent],
      result.losses.total < costs[0]
    else { fatalError("progress is told \(costs.count) times, and \(measured)") }
    try result.picture.write(to: FilePath(words[3] + ".png"))
    let file = try AtomicFile(path: FilePath(words[3] + ".values"))
    try file.write(result.picture.tensor.values.span.bytes)
    try file.commit()
    print("\(result.steps) steps, cost \(result.losses.total)")
  }
}
