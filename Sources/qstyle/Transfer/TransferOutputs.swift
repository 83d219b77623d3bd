internal import CommandOptions
internal import FileNames
internal import FileOutput
internal import StyleTransfer

/// The files that a transfer writes, which no other program writes at the same time.
final class TransferOutputs {
  let result: ResultFile
  let log: StepLog?
  let saveEvery: Int?
  let preview: FilePath?
  let checkpoint: FilePath?
  /// Whether the result is written once it is finished, and not where the user stops before.
  let areFinishedOnly: Bool
  private var locks: [FileLock] = []

  /// The outputs of a run that goes on another time where it is stopped.
  ///
  /// - Parameters:
  ///   - result: the picture.
  ///   - lock: its lock, for which the checkpoint has none.
  ///   - checkpoint: the file from which the run goes on.
  init(_ result: ResultFile, lock: FileLock, checkpoint: FilePath) {
    self.result = result
    self.checkpoint = checkpoint
    (log, saveEvery, preview, areFinishedOnly) = (nil, nil, nil, true)
    locks = [lock]
  }

  /// Locks the files.
  init(
    _ result: ResultFile, log: FilePath?, saveEvery: Int?, preview: FilePath?,
    checkpoint: Transfer.CheckpointFile?
  ) throws(Failure) {
    self.result = result
    self.saveEvery = saveEvery
    self.preview = preview
    areFinishedOnly = false
    self.checkpoint = checkpoint?.path
    self.log = if let log { try StepLog(log) } else { nil }
    for path in [result.path, preview, checkpoint?.path].compactMap({ $0 }) {
      guard let kind = FileIdentity(path)?.kind, kind == .regular || kind == .missing else {
        continue
      }
      locks.append(
        try Failure.about(path) { () throws(FileOutputError) in try FileLock(path) })
    }
  }

  /// Lets other programs write them.
  func unlock() { locks.removeAll() }
}
