internal import Optim
internal import Rows

/// A session whose process does what another one tells it.
extension Session {
  /// Does what the leading process says, as long as that is about this scale.
  ///
  /// - Returns: the first command that is not.
  func follow(_ communicator: Communicator) -> StripCommand {
    while true {
      let command = communicator.nextCommand()
      let isSet = command.first == 1
      let rows = command.first..<max(command.first, command.end)
      switch command.kind {
      case .measure: _ = network.measure()
      case .shorten: _ = shorten(loss: command.number, isEnd: isSet)
      case .sendBack: sendBack(command.number, isFrozen: isSet)
      case .isFinite: _ = isFinite
      case .giveImage: others?.give(image, rows)
      case .giveState: others?.give(update.optimizer.state, rows)
      case .takeImage: others?.take(image, rows)
      case .takeState: others?.take(update.optimizer.state, rows)
      case .takeNumbers: takeNumbers(command.first)
      case .givePicture: block?.give(rows)
      case .agree, .share, .plan, .scale, .handOver, .leave: return command
      }
    }
  }

  /// Gives the optimizer's numbers to the other processes.
  func giveNumbers() {
    guard let communicator = strip.communicator, communicator.leads else { return }
    var numbers: [UInt64] = []
    _ = update.optimizer.visitScalars { numbers.append($0) }
    communicator.tell(StripCommand(.takeNumbers, first: numbers.count))
    communicator.broadcast(&numbers)
  }

  private func takeNumbers(_ count: Int) {
    var numbers = [UInt64](repeating: 0, count: count)
    strip.communicator?.broadcast(&numbers)
    var place = 0
    _ = update.optimizer.visitScalars {
      $0 = numbers[place]
      place += 1
    }
  }
}

extension Communicator {
  /// Gives a process' numbers, those of the first one unless another is named, to all, who expect as many.
  package func broadcast<Number: BitwiseCopyable>(_ numbers: inout [Number], from rank: Int = 0) {
    transmit(&numbers) { broadcast($0, from: rank) }
  }

  /// Calls `body` with the bytes of numbers.
  func transmit<Number: BitwiseCopyable>(
    _ numbers: inout [Number], _ body: (MemorySlice<UInt8>) -> Void
  ) {
    unsafe numbers.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      unsafe body(MemorySlice(base: base, count: buffer.count).bytes)
    }
  }
}
