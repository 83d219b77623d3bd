internal import QuantVGG

/// What another process has that is not what this one has.
package struct Disagreement {
  /// The process.
  package let rank: Int
  /// The name of its machine.
  package let host: String
  /// What differs: "the program's version", or a picture's name.
  package let subject: String
}

extension Transfer {
  /// Compares all that the picture follows from among the processes; called by all.
  ///
  /// - Returns: for the leading process, the first difference there is; nil where all is the same.
  /// - Throws: `TransferError` where a file of this process can not be read.
  package func disagreement() throws(TransferError) -> Disagreement? {
    guard let communicator else { return nil }
    let own = try digests()
    var values = own.map { $0.value }
    var host = HostName(communicator.host)
    guard communicator.leads else {
      var count = values.count
      communicator.withUnsafe(&host) { communicator.send($0, to: 0) }
      communicator.withUnsafe(&count) { communicator.send($0, to: 0) }
      communicator.transmit(&values) { communicator.send($0, to: 0) }
      return nil
    }
    var found: Disagreement?
    for rank in 0..<communicator.size where rank > 0 {
      var count = 0
      communicator.withUnsafe(&host) { communicator.receive($0, from: rank) }
      communicator.withUnsafe(&count) { communicator.receive($0, from: rank) }
      var others = [UInt64](repeating: 0, count: count)
      communicator.transmit(&others) { communicator.receive($0, from: rank) }
      guard found == nil else { continue }
      var subject = others.count == values.count ? nil : own.last?.name
      for (place, entry) in own.enumerated() where subject == nil {
        if others[place] != entry.value { subject = entry.name }
      }
      found = subject.map { Disagreement(rank: rank, host: host.text, subject: $0) }
    }
    return found
  }

  /// Names and hashes of what the picture follows from; the settings, which have all else in them, last.
  private func digests() throws(TransferError) -> [(name: String, value: UInt64)] {
    guard let weights else { preconditionFailure("a transfer without weights is only planned") }
    var digests: [(name: String, value: UInt64)] = []
    var sum = Fingerprint()
    sum.add(Self.version)
    digests.append(("the program's version", sum.value))
    sum = Fingerprint()
    weights.add(to: &sum, layers: .conv1_1...settings.deepest)
    digests.append(("the weights", sum.value))
    for picture in pictures {
      sum = Fingerprint()
      try picture.add(to: &sum)
      digests.append((picture.name, sum.value))
    }
    digests.append(("the settings", try fingerprint().value))
    return digests
  }
}

/// A name of at most 63 bytes.
private struct HostName: BitwiseCopyable {
  private var bytes: [64 of UInt8] = .init(repeating: 0)

  init(_ name: String) {
    for (place, byte) in name.utf8.prefix(63).enumerated() { bytes[place] = byte }
  }

  var text: String {
    var used: [UInt8] = []
    for place in bytes.indices where bytes[place] != 0 { used.append(bytes[place]) }
    return String(decoding: used, as: UTF8.self)
  }
}
