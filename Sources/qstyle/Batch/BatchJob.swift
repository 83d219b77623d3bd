internal import CommandOptions
internal import FileNames
internal import StyleTransfer

/// A transfer of a batch, and the hidden files that go with its result.
struct BatchJob {
  let transfer: TransferJob
  let checkpoint: Transfer.CheckpointFile
  /// The file of the `JobRecord`.
  let record: FilePath

  var content: FilePath { transfer.options.content }
  var output: FilePath { transfer.output.path }
  var shared: SharedOptions { transfer.options.shared }

  /// The names of content and result.
  var title: String { "\(content.lastComponent) -> \(output.lastComponent)" }

  /// The folder of records and checkpoints, beside the result.
  var folder: FilePath { record.folder }

  init(_ arguments: ParsedArguments, output: FilePath) throws(UsageError) {
    transfer = try TransferJob(arguments, output: output)
    let hidden = output.folder.appending(".qstyle-batch/").appending(suffix: output.lastComponent)
    record = hidden.appending(suffix: ".json")
    checkpoint = Transfer.CheckpointFile(
      path: hidden.appending(suffix: ".run"),
      every: try TransferOptions.checkpointEvery(arguments))
  }
}
