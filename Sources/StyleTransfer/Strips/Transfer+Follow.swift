internal import QuantVGG

extension Transfer {
  /// Tells the other processes that a scale begins, and chooses those that paint it.
  func beginScale(_ place: Int) {
    communicator?.tell(StripCommand(.scale, first: place))
    communicator?.select(first: strips.count)
  }

  /// Paints this process's strips as the leading process says, until the run ends.
  ///
  /// - Parameters:
  ///   - planned: the plan of `choosePlan` for this process.
  ///   - command: the first that is about the transfer.
  /// - Throws: `TransferError` where this process can not go on; the others wait for it then.
  package func follow(
    _ planned: PlannedMemory, from command: StripCommand
  ) throws(TransferError) {
    guard let communicator else { preconditionFailure("there are several processes") }
    let makeSession = try sessionMaker(planned, pool: WorkerPool(threads: threads))
    let scales = scales
    var session: Session?
    var image: ScaleImage?
    var command = command
    while command.kind != .leave {
      switch command.kind {
      case .scale:
        // What the scale before had is given back first.
        session = nil
        var scale = scales[command.first]
        communicator.select(first: scale.strips.count)
        if let image { scale = scale.following(image) }
        image = nil
        if scale.ownStrip != nil { session = try makeSession(scale) { _ in .proceed } }
      case .handOver:
        image = try ScaleImage(
          session, of: scales[command.first], spill: nil)
      case .takeNumbers:
        var numbers = [UInt64](repeating: 0, count: command.first)
        communicator.broadcast(&numbers)
      default: break
      }
      command = session?.follow(communicator) ?? communicator.nextCommand()
    }
  }
}
