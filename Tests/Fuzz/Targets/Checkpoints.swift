import FileNames
import Optim
import QuantVGG
import StyleTransfer

private let fingerprint: UInt64 = 5

/// A transfer of a few pixels through one layer with each kind of optimizer.
private func makeSessions() -> [Session] {
  let layer = Float32Convolution(
    weights: (0..<64 * 27).map { Float($0 % 7 - 3) / 64 }, bias: [Float](repeating: 1, count: 64))
  let picture = ImageTensor(width: 6, height: 4, values: (0..<72).map { Float($0 % 50) })
  return OptimizerSettings.Method.allCases.flatMap { method in
    OptimizerSettings.State.allCases.map { state in
      var transfer = Transfer(
        content: Picture(picture), styles: [Style(Picture(picture))],
        weights: Weights([layer], of: .vgg19))
      let terms = [TransferSettings.LayerWeight(layer: .conv1_1, weight: 1)]
      transfer.settings = TransferSettings(contentLayers: terms, styleLayers: terms)
      transfer.optimizer.method = method
      transfer.optimizer.state = state
      transfer.threads = 1
      transfer.memory = .max
      guard let run = try? transfer.start() else { fatalError("no session") }
      return run.session
    }
  }
}

// Only the fuzzer's thread uses them.
nonisolated(unsafe) private let sessions = makeSessions()

/// Goes on from a checkpoint with every optimizer that it fits.
func readCheckpoint(_ bytes: Span<UInt8>) {
  let path = file(bytes)
  for session in unsafe sessions {
    do throws(CheckpointError) {
      guard try session.restore(from: path, fingerprint: fingerprint) != nil else {
        fatalError("the file is there")
      }
      session.step()
      session.step()
    } catch {
      check(error.description)
    }
  }
}

/// A checkpoint after three steps with each optimizer.
func makeCheckpoints(_ prefix: String) throws {
  for (index, session) in unsafe sessions.enumerated() {
    for _ in 0..<3 { session.step() }
    try session.save(
      Checkpoint(fingerprint: fingerprint, step: 3), to: FilePath("\(prefix)\(index)"))
  }
}
