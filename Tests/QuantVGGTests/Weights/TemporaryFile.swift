import CSystem
import FileNames
import TestSupport

/// A file of a test, removed with the object.
final class TemporaryFile {
  let path = makeTemporaryFile()

  init(_ bytes: [UInt8] = []) { write(bytes) }

  deinit { remove(path) }

  func write(_ bytes: [UInt8]) {
    let descriptor = path.withCString { system_open($0, O_WRONLY, 0) }
    precondition(CSystem.write(descriptor, bytes, bytes.count) == bytes.count)
    // Not O_TRUNC: some file systems wait for the disk when a file was emptied and written again.
    precondition(ftruncate(descriptor, bytes.count) == 0)
    close(descriptor)
  }
}

/// The bytes of a safetensors file with this header, written by hand.
func safetensors(_ header: String, data: [UInt8] = []) -> [UInt8] {
  withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8)
    + data
}
