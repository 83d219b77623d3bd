internal import CommandOptions
internal import FileNames
internal import StyleTransfer

/// What a command line, or a line of a file of jobs, says of one transfer: what is painted, with which network, where to.
struct TransferJob {
  let options: TransferOptions
  let network: NetworkOptions
  let output: ResultFile

  /// A job whose result is `output`, or that of -o.
  init(_ arguments: ParsedArguments, output path: FilePath? = nil) throws(UsageError) {
    options = try TransferOptions(arguments)
    output = if let path { try ResultFile(path) } else { try ResultFile(arguments) }
    network = try NetworkOptions(arguments)
  }

  /// Adds the files that are read.
  func addInputs(to files: inout NamedFiles) throws(UsageError) {
    try options.addInputs(to: &files)
    try network.addInputs(to: &files)
  }

  /// The transfer; the headers of all files are read.
  func transfer(_ weights: Weights) throws(Failure) -> Transfer {
    var transfer = try options.transfer(weights)
    try network.floatLayers.apply(to: &transfer)
    return transfer
  }
}

/// A transfer with the plan that fits, before its samples are read.
struct PlannedTransfer {
  let transfer: Transfer
  let planned: PlannedMemory
  /// Sentences on what was asked for and can not be had.
  let remarks: [String]

  /// Chooses the plan of the transfer of a command line.
  init(_ transfer: Transfer, _ options: TransferOptions) throws(Failure) {
    self.transfer = transfer
    (planned, remarks) = try Failure.from { () throws(TransferError) in
      try transfer.check()
      let planned = try transfer.choosePlan()
      var remarks = try options.remarks(on: transfer) + transfer.checkRegions()
      if planned.spill != nil, transfer.spillsIntoMemory, let folder = transfer.spill {
        remarks.append(
          "--spill: \(folder) is itself in memory, where the run's state gains nothing: name a folder on a disk"
        )
      }
      return (planned, remarks)
    }
  }

  /// Measures the pictures, up to the first step.
  ///
  /// - Returns: the run; nil where the user has stopped it.
  func start(_ options: SharedOptions) throws(Failure) -> TransferRun? {
    let run: TransferRun
    do throws(TransferError) {
      run = try transfer.start(planned) { _ in Console.isInterrupted ? .stop : .proceed }
    } catch {
      guard error == .stopped else { throw Failure(error) }
      return nil
    }
    options.warn(transfer.warnings + ColorOptions.remarks(transfer, run.session))
    return run
  }
}
