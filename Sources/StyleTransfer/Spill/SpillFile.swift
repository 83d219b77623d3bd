internal import CSystem
internal import FileNames
internal import FileOutput
internal import Rows

/// The file that a run's state is in.
final class SpillFile {
  /// Its rows.
  let rows: RowFile
  private let folder: FilePath

  /// Makes the file, and takes the disk's room for all of it.
  ///
  /// - Throws: `TransferError.spill`.
  init(in folder: FilePath, bytes: Int) throws(TransferError) {
    self.folder = folder
    do throws(FileOutputError) {
      rows = RowFile(descriptor: try ScratchFile.open(in: folder, bytes: bytes))
    } catch {
      throw .spill(folder: folder, SpillError(error, bytes: bytes))
    }
  }

  /// Looks whether everything was read and written.
  ///
  /// - Throws: `TransferError.spill`.
  func check() throws(TransferError) {
    if let code = rows.failure { throw .spill(folder: folder, .failed(errno: code)) }
  }

  /// Whether a folder's files are in memory themselves.
  static func isInMemory(_ folder: FilePath) -> Bool {
    unsafe folder.withCString { unsafe system_is_in_memory($0) != 0 }
  }

  /// What was read and written so far.
  var traffic: StateTraffic { StateTraffic(read: rows.bytesRead, written: rows.bytesWritten) }
}
