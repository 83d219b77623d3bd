import CFuzz
import FileNames
import ImageIO

/// A kind of foreign bytes, and what reads them.
///
/// A new one takes a line here, a line in `targets.txt` with its seeds, and a dictionary or a repair where
/// they help.
struct Target: Sendable {
  let name: String
  /// Reads the bytes as the programs do; errors are answers.
  let read: @Sendable (Span<UInt8>) -> Void
  /// Makes checksums and lengths right after a change, without another number of bytes.
  var repair: (@Sendable (inout [UInt8]) -> Void)?
  /// Writes seeds beside the files of `targets.txt`, where only a program can make them.
  var writeSeeds: @Sendable (_ prefix: String) throws -> Void = { _ in }
  /// The most memory for an input of so many bytes.
  var mostBytes: @Sendable (Int) -> Int = { 4 << 20 + 400 * $0 }
}

let targets = [
  Target(
    name: "png", read: readPicture, repair: repairPNG, writeSeeds: makePNGs,
    mostBytes: pictureBytes),
  Target(name: "jpeg", read: readPicture, mostBytes: pictureBytes),
  Target(name: "webp", read: readPicture, mostBytes: pictureBytes),
  Target(name: "profile", read: readProfile, writeSeeds: makeProfiles, mostBytes: pictureBytes),
  Target(name: "exif", read: { promise(1...8 ~= exifOrientation($0), "an orientation") }),
  Target(
    name: "safetensors", read: readWeights, repair: repairSafeTensors, writeSeeds: makeSafeTensors),
  Target(name: "pickle", read: readModel),
  Target(name: "tar", read: readModel),
  Target(name: "zip", read: readModel, repair: repairZip),
  Target(name: "protobuf", read: readModel),
  Target(name: "hdf5", read: { readWithLibrary($0, MODELFILE_HDF5) }),
  Target(name: "matlab", read: { readWithLibrary($0, MODELFILE_MATLAB) }),
  Target(
    name: "checkpoint", read: readCheckpoint, repair: repairCheckpoint, writeSeeds: makeCheckpoints),
  Target(name: "style", read: readStyle, repair: repairStyle, writeSeeds: makeStyles),
  Target(name: "options", read: readOptions),
  Target(name: "jobs", read: readJobs),
  Target(name: "head", read: readHead),
  Target(name: "request", read: readJobRequest),
]

/// The path of a file that has these bytes.
func file(_ bytes: Span<UInt8>) -> FilePath {
  // SAFETY: the bytes are copied.
  unsafe bytes.withUnsafeBufferPointer {
    unsafe FilePath(cString: fuzz_file($0.baseAddress, $0.count))
  }
}
