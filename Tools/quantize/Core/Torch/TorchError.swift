/// The reason why a torch.save file is not read.
package enum TorchError: Error, Equatable, CustomStringConvertible {
  /// The bytes are no pickle that torch.save writes, from this byte on.
  case malformed(offset: Int)
  /// The pickle uses an instruction that tensors and dictionaries do not need.
  case forbiddenOpcode(UInt8, offset: Int)
  /// The pickle asks for a Python object that is neither a tensor nor a dictionary.
  case forbiddenGlobal(String)
  /// The pickle is a whole module, whose class is this one.
  case wholeModule(String)
  /// A known callable has an argument that is not understood.
  case unknownArgument(String, String)
  /// The pickle is no dictionary.
  case noDictionary
  /// The file ends early, or a size in it is larger than the file.
  case truncated(offset: Int)
  /// The numbers were written by a big-endian machine.
  case bigEndian
  /// A storage is missing, or has another type or length than the tensors expect.
  case badStorage(String)
  /// A tensor's size, stride or storage contradicts itself.
  case badTensor(String)
  /// The archive is one of another kind.
  case otherArchive(OtherArchive)

  /// Archives that are taken for weights.
  package enum OtherArchive {
    case torchScript, exported, numpy, tar, zip

    fileprivate var sentence: String {
      switch self {
      case .torchScript:
        "is a TorchScript program; save torch.jit.load(file).state_dict() with torch.save"
      case .exported:
        "is a program of torch.export; save torch.export.load(file).state_dict with torch.save"
      case .numpy: "is an .npz archive of NumPy; save its arrays as tensors with torch.save"
      case .tar: "is a tar archive, but not torch.save's; unpack it if weights are in it"
      case .zip:
        "is a zip archive, but neither torch.save's nor Keras'; unpack it if weights are in it"
      }
    }
  }

  /// The rest of a sentence that starts with the path: what is wrong and what to do about it.
  package var description: String {
    switch self {
    case .malformed(let offset): "is no torch.save file, or damaged at byte \(offset)"
    case .forbiddenOpcode(let opcode, let offset):
      "uses the pickle instruction 0x\(String(opcode, radix: 16)) at byte \(offset), which weights "
        + "do not need; refused"
    case .forbiddenGlobal(let name):
      "asks for the Python object \(name), which is neither a tensor nor a dictionary; refused; "
        + "a file of model.state_dict() alone has none"
    case .wholeModule(let name):
      "is a whole module (\(name)), which only its Python code can read; "
        + "load it there and save model.state_dict() with torch.save"
    case .unknownArgument(let name, let argument):
      "gives \(name) \(argument), which is not understood; load it in Python and save plain tensors"
    case .noDictionary:
      "holds no dictionary of tensors; save model.state_dict() with torch.save"
    case .truncated(let offset): "is cut off at byte \(offset); download it again"
    case .bigEndian: "is of a big-endian machine; load and save it on another with torch.save"
    case .badStorage(let key): "has no complete storage \(key); download it again"
    case .badTensor(let name): "describes the tensor \(name) wrongly; download it again"
    case .otherArchive(let kind): kind.sentence
    }
  }
}
