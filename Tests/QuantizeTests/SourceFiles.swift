import CSystem
import FileNames
import QuantizeCore

/// Whether the tests are compiled with optimization; hashing hundreds of megabytes takes minutes without.
let isOptimized: Bool = {
  var isChecked = false
  assert(
    {
      isChecked = true; return true
    }())
  return !isChecked
}()

/// The error of reading a file of weights; nil where it can be read.
func readError(_ path: FilePath) -> (any Error)? {
  do {
    _ = try SourceFile(path: path)
    return nil
  } catch {
    return error
  }
}

/// Replaces the bytes of a file that is there.
func write(_ bytes: [UInt8], to path: FilePath) {
  let descriptor = path.withCString { system_open($0, O_WRONLY | O_TRUNC, 0) }
  precondition(CSystem.write(descriptor, bytes, bytes.count) == bytes.count)
  close(descriptor)
}
