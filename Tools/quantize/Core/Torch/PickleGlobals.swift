/// The names that a pickle of weights may use: tensors, their types, and dictionaries.
///
/// They are recognised, never called: `Pickle.call` has the meaning of those that can be.
enum PickleGlobals {
  static let orderedDict = "collections.OrderedDict"
  static let counter = "collections.Counter"
  static let size = "torch.Size"
  /// PyTorch 0.1.
  static let tensor1 = "torch._utils._rebuild_tensor"
  static let tensor2 = "torch._utils._rebuild_tensor_v2"
  /// Types without a storage of their own, such as float8.
  static let tensor3 = "torch._utils._rebuild_tensor_v3"
  static let parameter = "torch._utils._rebuild_parameter"
  static let parameterWithState = "torch._utils._rebuild_parameter_with_state"
  /// The class, as PyTorch 0.1 wrote it.
  static let parameterClass = "torch.nn.parameter.Parameter"
  static let tensorClass = "torch.Tensor"
  /// Tensors with attributes.
  static let withState = "torch._tensor._rebuild_from_type_v2"
  static let untyped = "torch.storage.UntypedStorage"

  static let allowed: Set<String> = Set([
    orderedDict, counter, size, tensor1, tensor2, tensor3, parameter, parameterWithState,
    parameterClass, tensorClass, withState,
  ]).union(storages.keys).union(tensors).union(types.keys)

  private static let names: [String: NumberType] = [
    "Half": .float16, "BFloat16": .bfloat16, "Float": .float32, "Double": .float64, "Bool": .bool,
    "Char": .int8, "Short": .int16, "Int": .int32, "Long": .int64, "Byte": .uint8,
    "ComplexFloat": .complex64, "ComplexDouble": .complex128,
  ]

  /// Types of storages: `torch.FloatStorage` and others.
  static let storages: [String: NumberType] = {
    let pairs = names.map { ("torch.\($0.key)Storage", $0.value) }
    return Dictionary(uniqueKeysWithValues: pairs + [(untyped, .uint8)])
  }()

  /// Classes of tensors, which the oldest files name: `torch.FloatTensor` and others.
  static let tensors = Set(names.keys.map { "torch.\($0)Tensor" })

  /// Types of numbers: `torch.float32` and others.
  static let types = Dictionary(
    uniqueKeysWithValues: NumberType.allCases.map { ("torch.\($0.rawValue)", $0) })
}
