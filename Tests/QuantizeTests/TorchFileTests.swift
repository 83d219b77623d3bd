import QuantizeCore
import TestSupport
import Testing

/// The restricted reader of torch.save files, on files put together by hand as torch writes them.
@Suite struct TorchFileTests {
  private func pickle(_ body: [UInt8]) -> [UInt8] { [0x80, 2] + body + [0x2e] }

  private func text(_ string: String) -> [UInt8] {
    [0x58] + (0..<4).map { UInt8(truncatingIfNeeded: string.utf8.count >> (8 * $0)) }
      + Array(string.utf8)
  }

  private func global(_ module: String, _ name: String) -> [UInt8] {
    Array("c\(module)\n\(name)\n".utf8)
  }

  /// {name: FloatTensor of 2x3 whose rows and columns are exchanged in the storage}.
  private func dictionary(key: String = "k", count: UInt8 = 6, offset: UInt8 = 0) -> [UInt8] {
    var body: [UInt8] = [0x7d, 0x28] + text("w")
    body += global("torch._utils", "_rebuild_tensor_v2") + [0x28]
    body += [0x28] + text("storage") + global("torch", "FloatStorage") + text(key) + text("cpu")
    body += [0x4b, count, 0x4e, 0x74, 0x51]  // count, view, tuple, persistent id
    body += [0x4b, offset] + [0x4b, 2, 0x4b, 3, 0x86] + [0x4b, 1, 0x4b, 2, 0x86]
    body += [0x89] + global("collections", "OrderedDict") + [0x29, 0x52, 0x74, 0x52]
    return pickle(body + [0x75])
  }

  private func storage(_ values: [Float]) -> [UInt8] {
    values.flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }
  }

  private var legacy: [UInt8] {
    let magic: [UInt8] = [0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]
    return pickle(magic) + pickle([0x4d, 0xe9, 3]) + pickle([0x7d]) + dictionary()
      + pickle([0x5d] + text("k") + [0x61]) + [6, 0, 0, 0, 0, 0, 0, 0]
      + storage([1, 2, 3, 4, 5, 6])
  }

  private func archive(method: UInt8 = 0) -> [UInt8] {
    var bytes: [UInt8] = []
    var directory: [UInt8] = []
    func number(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let members = [("m/data.pkl", dictionary()), ("m/data/k", storage([1, 2, 3, 4, 5, 6]))]
    for (name, content) in members {
      let start = bytes.count
      bytes += number(0x0403_4b50, 4) + number(0, 14) + number(content.count, 4)
      bytes += number(content.count, 4) + number(name.utf8.count, 2) + number(0, 2)
      bytes += Array(name.utf8) + content
      directory += number(0x0201_4b50, 4) + number(0, 6) + [method, 0] + number(0, 8)
      directory += number(content.count, 4) + number(content.count, 4)
      directory += number(name.utf8.count, 2) + number(0, 12) + number(start, 4) + Array(name.utf8)
    }
    let start = bytes.count
    return bytes + directory + number(0x0605_4b50, 4) + number(0, 4) + number(2, 2) + number(2, 2)
      + number(directory.count, 4) + number(start, 4) + number(0, 2)
  }

  private func read(_ bytes: [UInt8]) throws(TorchError) -> [Float] {
    try bytes.withUnsafeBufferPointer { (buffer) throws(TorchError) in
      let file = try TorchFile(UnsafeRawBufferPointer(buffer))
      return try file.values("w", storage: "FloatStorage", as: Float.self).values
    }
  }

  private func error(_ bytes: [UInt8]) -> TorchError? {
    do throws(TorchError) {
      _ = try read(bytes)
      return nil
    } catch {
      return error
    }
  }

  @Test func readsBothContainersWithStrides() throws {
    #expect(try read(legacy) == [1, 3, 5, 2, 4, 6])
    #expect(try read(archive()) == [1, 3, 5, 2, 4, 6])
  }

  @Test func refusesCodeByName() {
    let call = pickle(global("os", "system") + text("true") + [0x85, 0x52])
    let magic = Array(legacy.prefix(15 + 6))
    #expect(error(magic + pickle([0x7d]) + call) == .forbiddenGlobal("os.system"))
    // REDUCE of anything but the two known callables, and instructions such as INST.
    let reduce = pickle(global("torch", "FloatStorage") + [0x29, 0x52])
    #expect(error(magic + pickle([0x7d]) + reduce) != nil)
    let inst = [0x80, 2, 0x28] + Array("ios\nsystem\n".utf8)
    guard case .forbiddenOpcode(0x69, _)? = error(magic + pickle([0x7d]) + inst) else {
      Issue.record("INST was not refused")
      return
    }
  }

  @Test func refusesCompressedMembers() {
    #expect(error(archive(method: 8)) == .compressedMember("m/data.pkl"))
  }

  @Test func valuesThatHoldThemselvesAreRefused() {
    let magic = Array(legacy.prefix(15 + 6))
    // l = []; l.append(l), through the memo.
    let cycle = pickle([0x5d, 0x71, 0, 0x68, 0, 0x61])
    #expect(error(magic + cycle) != nil)
    // A tuple in a tuple, 100000 deep: taking it apart must not overflow the stack.
    let deep = pickle([0x29] + [UInt8](repeating: 0x85, count: 100_000))
    #expect(error(magic + deep) != nil)
  }

  @Test func tensorsOutsideTheirStorageAreRefused() {
    let head = Array(legacy.prefix(15 + 6)) + pickle([0x7d])
    let tail =
      pickle([0x5d] + text("k") + [0x61]) + [6, 0, 0, 0, 0, 0, 0, 0] + storage([1, 2, 3, 4, 5, 6])
    #expect(error(head + dictionary(offset: 1) + tail) == .badTensor("w"))
    #expect(error(head + dictionary(key: "other") + tail) != nil)
    let huge: [UInt8] = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3f]
    #expect(
      error(head + dictionary() + pickle([0x5d] + text("k") + [0x61]) + huge + [0]) != nil)
  }

  @Test func cutOffFilesAreErrors() {
    for file in [legacy, archive()] {
      for count in 0..<file.count { #expect(error(Array(file.prefix(count))) != nil, "\(count)") }
    }
  }

  @Test func damagedBytesNeverTrap() {
    var random = TestRandom("damaged torch files")
    for round in 0..<5000 {
      var bytes = round % 2 == 0 ? legacy : archive()
      for _ in 0...random.next() % 4 {
        bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
      }
      _ = error(bytes)
    }
  }
}
