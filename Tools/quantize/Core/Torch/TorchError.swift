/// The reason why a torch.save file is not read.
package enum TorchError: Error, Equatable, CustomStringConvertible {
  /// The bytes are no pickle or zip that torch.save writes, from this byte on.
  case malformed(offset: Int)
  /// The pickle uses an instruction that tensors and dictionaries do not need.
  case forbiddenOpcode(UInt8, offset: Int)
  /// The pickle asks for a Python object that is neither a tensor nor a dictionary.
  case forbiddenGlobal(String)
  /// The file ends early, or a size in it is larger than the file.
  case truncated(offset: Int)
  /// An archive member is compressed or encrypted, which torch.save never does.
  case compressedMember(String)
  /// The numbers were written by a big-endian machine.
  case bigEndian
  /// A storage is missing or has another length than the tensors expect.
  case badStorage(String)
  /// A tensor's size, stride or storage contradicts itself.
  case badTensor(String)

  /// The rest of a sentence that starts with the path: what is wrong and what to do about it.
  package var description: String {
    switch self {
    case .malformed(let offset): "is no torch.save file, or damaged at byte \(offset)"
    case .forbiddenOpcode(let opcode, let offset):
      "uses the pickle instruction 0x\(String(opcode, radix: 16)) at byte \(offset), which weights "
        + "do not need; refused"
    case .forbiddenGlobal(let name):
      "asks for the Python object \(name), which is neither a tensor nor a dictionary; refused"
    case .truncated(let offset): "is cut off at byte \(offset); download it again"
    case .compressedMember(let name):
      "has the compressed member \(name); save it again with torch.save"
    case .bigEndian: "is of a big-endian machine; load and save it on another with torch.save"
    case .badStorage(let key): "has no complete storage \(key); download it again"
    case .badTensor(let name): "describes the tensor \(name) wrongly; download it again"
    }
  }
}
