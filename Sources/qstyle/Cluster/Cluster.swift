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

  /// Tells every process what all of them have to do at the result's size; called by all.
  func tellWork(_ plan: PlannedTransfer) throws(Failure) -> [PlannedStrip] {
    communicator.tell(StripCommand(.plan))
    let own = try Failure.from { () throws(TransferError) in
      try plan.transfer.plannedStrip(plan.planned)
    }
    return (0..<communicator.size).map { rank in
      var strip = [own]
      communicator.broadcast(&strip, from: rank)
      return strip[0]
    }
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
    do throws(TransferError) {
      _ = try transfer.disagreement()
    } catch {
      // The leading process waits for what is compared.
      return communicator.abandon(Failure(error))
    }
    guard communicator.nextCommand().kind == .share else { return }
    cluster.share(transfer, job.options.shared)
    let plan = try PlannedTransfer(transfer, job.options)
    guard communicator.nextCommand().kind == .plan else { return }
    _ = try cluster.tellWork(plan)
    let command = communicator.nextCommand()
    do throws(TransferError) {
      try plan.transfer.follow(plan.planned, from: command)
    } catch {
      communicator.abandon(Failure(error))
    }
  }
}

extension PlannedStrip {
  /// Rows, work, bytes that go to others, and memory.
  var json: JSONObject {
    var entry = JSONObject()
    entry.add("rows", rows)
    entry.add("step_multiply_accumulates", multiplyAccumulates)
    entry.add("step_exchanged_bytes", stepExchange)
    entry.add("predicted_peak_bytes", bytes)
    return entry
  }
}

extension Communicator {
  /// Says why this process can not go on, and ends all.
  func abandon(_ failure: Failure) {
    Console.error("\(host): \(failure.message)")
    abort(failure.code.rawValue)
  }
}
