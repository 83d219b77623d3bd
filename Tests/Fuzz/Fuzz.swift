import CFuzz
import CSystem
import CommandOptions

/// The target that `FUZZ_TARGET` names.
private let target: Target = {
  let name = Console.environment("FUZZ_TARGET") ?? ""
  guard let target = targets.first(where: { $0.name == name }) else {
    fatalError("FUZZ_TARGET is one of \(targets.map { $0.name }), not \"\(name)\"")
  }
  return target
}()

/// Called by libFuzzer first.
///
/// With `FUZZ_SEEDS`, the name of a folder, it writes the target's own seeds there and ends.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ count: UnsafeRawPointer, _ words: UnsafeRawPointer) -> CInt {
  fuzz_begin()
  guard let folder = Console.environment("FUZZ_SEEDS") else { return 0 }
  do {
    try target.writeSeeds("\(folder)/\(target.name)-")
  } catch {
    fatalError("\(folder): \(error)")
  }
  exit(0)
}

/// Called by libFuzzer with every input; whatever ends the process is a finding.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ first: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  // SAFETY: libFuzzer owns as many bytes until this returns.
  let bytes = unsafe UnsafeBufferPointer(start: first, count: count)
  let start = fuzz_seconds()
  // What is made once and kept, such as tables, comes with the first reading; a leak comes with each.
  var leaked = 0
  for _ in 0..<3 {
    let before = fuzz_live()
    fuzz_reset_peak()
    unsafe target.read(bytes.span)
    promise(
      fuzz_peak() - before <= target.mostBytes(count),
      "\(fuzz_peak() - before) bytes for a file of \(count)")
    leaked = Int(fuzz_live() - before)
    if leaked <= 0 { break }
  }
  promise(leaked <= 0, "\(leaked) bytes are not given back")
  promise(fuzz_seconds() - start < 20, "\(fuzz_seconds() - start) seconds")
  return 0
}

/// Called by libFuzzer for another input: a random change, after which checksums are mostly right again.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(
  _ first: UnsafeMutablePointer<UInt8>, _ count: Int, _ most: Int, _ seed: CUnsignedInt
) -> Int {
  let changed = unsafe fuzz_mutate(first, count, most)
  if seed % 8 != 0, let repair = target.repair {
    // SAFETY: libFuzzer owns `most` bytes, of which `changed` are the input.
    let bytes = unsafe UnsafeMutableBufferPointer(start: first, count: changed)
    var copy = unsafe Array(bytes)
    repair(&copy)
    for index in copy.indices { unsafe bytes[index] = copy[index] }
  }
  return changed
}

/// Stops at what a reader promises and does not keep.
func promise(_ isKept: Bool, _ found: @autoclosure () -> String) {
  if !isKept { fatalError("broken promise: \(found())") }
}

/// Looks at a sentence for the user.
func check(_ sentence: String) {
  promise(sentence.contains(" "), "no sentence: \(sentence)")
}
