internal import CommandOptions
internal import QuantVGG
internal import StyleTransfer

/// The processes that paint a transfer together, as each of them prepares it.
struct Cluster {
  let communicator: Communicator
  private let options: ClusterOptions

  init(_ communicator: Communicator, _ arguments: ParsedArguments) throws(UsageError) {
    self.communicator = communicator
    options = try ClusterOptions(arguments, processes: communicator.size)
  }

  /// Leads the others to the transfer's beginning: compares what all have, and divides the rows.
  func lead(_ transfer: inout Transfer, _ shared: SharedOptions) throws(Failure) {
    transfer.communicator = communicator
    communicator.tell(StripCommand(.agree))
    let found = try Failure.from { () throws(TransferError) in try transfer.disagreement() }
    if let found {
      throw Failure(
        "\(found.subject) of process \(found.rank) on \(found.host) differs from that of the first; give all "
          + "processes the same program, files and options")
    }
    communicator.tell(StripCommand(.share))
    share(transfer, shared)
  }

  /// Ends all processes, which may be in the middle of something.
  func abandon(_ code: ExitCode) { communicator.abort(code.rawValue) }

  /// Divides the rows by the speeds of all processes, unless shares were given; called by all.
  func share(_ transfer: Transfer, _ shared: SharedOptions) {
    var shares = [Double](repeating: 1, count: communicator.size)
    if let given = options.shares {
      shares = given
    } else {
      shares[communicator.rank] = MultiplicationPeaks(shared).of(transfer.precision)
    }
    for rank in shares.indices {
      var own = [shares[rank]]
      communicator.broadcast(&own, from: rank)
      shares[rank] = own[0]
    }
    communicator.shares = shares
  }
}

extension TransferCommand {
  /// Paints a process's part of the transfer as the leading one says.
  func follow(_ cluster: Cluster) throws(Failure) {
    let communicator = cluster.communicator
    let weights = try job.network.find()
    var transfer = try job.transfer(weights)
    transfer.checkpoint = checkpoint
    transfer.communicator = communicator
    guard communicator.nextCommand().kind == .agree else { return }
    do throws(Failure) {
      _ = try Failure.from { () throws(TransferError) in try transfer.disagreement() }
      guard communicator.nextCommand().kind == .share else { return }
      cluster.share(transfer, job.options.shared)
      let plan = try PlannedTransfer(transfer, job.options)
      let command = communicator.nextCommand()
      try Failure.from { () throws(TransferError) in
        try plan.transfer.follow(plan.planned, from: command)
      }
    } catch {
      Console.error("\(communicator.host): \(error.message)")
      communicator.abort(ExitCode.failed.rawValue)
    }
  }
}
