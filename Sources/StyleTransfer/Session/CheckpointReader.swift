internal import CSystem
internal import FileNames
internal import Optim
internal import QuantVGG
internal import Rows

/// A checkpoint file that is read from its beginning to its end, no size in it trusted.
final class CheckpointReader {
  private let descriptor: Int32
  private let size: Int
  private var sum = Fingerprint()
  private var words = [UInt64](repeating: 0, count: Checkpoint.chunkWords)

  /// Opens a file; nil where there is none.
  ///
  /// - Throws: `CheckpointError.unreadable`, `.notAFile`.
  init?(path: FilePath) throws(CheckpointError) {
    // Without O_NONBLOCK a named pipe would wait for a writer.
    descriptor = unsafe path.withCString {
      unsafe system_open($0, O_RDONLY | O_NONBLOCK, 0)
    }
    guard descriptor >= 0 else {
      let code = system_errno()
      if code == ENOENT { return nil }
      throw .unreadable(errno: code)
    }
    var status = stat()
    let code = unsafe fstat(descriptor, &status) == 0 ? 0 : system_errno()
    guard code == 0, system_is_regular(status.st_mode) != 0 else {
      _ = close(descriptor)
      throw code == 0 ? .notAFile : .unreadable(errno: code)
    }
    size = Int(status.st_size)
  }

  deinit {
    _ = close(descriptor)
  }

  /// Reads the header, and where `image` and `optimizer` are given everything into them; `others` takes the rows of other
  /// processes.
  func checkpoint(
    fingerprint: UInt64, notes: Int, image: StateRows<Float>? = nil,
    optimizer: Optimizer? = nil, others: StripRows? = nil
  ) throws(CheckpointError) -> Checkpoint {
    let headerBytes = 8 * (Checkpoint.headerWords + notes + 1)
    guard size > headerBytes else { throw .truncated(expected: headerBytes + 8, found: size) }
    guard try word() == Checkpoint.magic else { throw .notACheckpoint }
    guard try word() == Checkpoint.version else { throw .otherVersion }
    let found = try word()
    let (scale, step) = (try word(), try word())
    let (imageBytes, stateBytes, numbers) = (try word(), try word(), try word())
    guard try word() == UInt64(notes) else { throw found == fingerprint ? .damaged : .otherRun }
    var result = Checkpoint(
      fingerprint: fingerprint, scale: Int(truncatingIfNeeded: scale),
      step: Int(truncatingIfNeeded: step))
    for _ in 0..<notes { result.notes.append(try word()) }
    try checkSum()
    guard found == fingerprint else { throw .otherRun }
    guard max(scale, step) <= UInt64(Int32.max) else { throw .damaged }
    guard let image, let optimizer else { return result }

    let (pixels, state) = (image.bytes, optimizer.state.bytes)
    let count = Checkpoint.numberCount(optimizer)
    guard imageBytes == UInt64(pixels), stateBytes == UInt64(state),
      numbers == UInt64(count)
    else { throw .otherRun }
    let expected = headerBytes + pixels + state + 8 * (count + 1)
    guard size >= expected else { throw .truncated(expected: expected, found: size) }
    guard size == expected else { throw .damaged }
    var isFinite = true
    if let others {
      try others.update(image, take: .takeImage) { (part) throws(CheckpointError) in
        try read(into: part)
        isFinite = isFinite && part.isFinite
      }
      try others.update(optimizer.state, take: .takeState) { (part) throws(CheckpointError) in
        try read(into: part)
      }
    } else {
      try image.update(setsAll: true) { (_, part) throws(CheckpointError) in
        try read(into: part)
        isFinite = isFinite && part.isFinite
      }
      try optimizer.state.update(setsAll: true) { (_, part) throws(CheckpointError) in
        try read(into: part)
      }
    }
    try readNumbers(of: optimizer, count: count)
    try checkSum()
    guard isFinite else { throw .damaged }
    return result
  }

  private func readNumbers(of optimizer: Optimizer, count: Int) throws(CheckpointError) {
    var failure: CheckpointError?
    var (next, filled, rest) = (0, 0, count)
    let isPossible = optimizer.visitScalars { number in
      if next == filled, failure == nil {
        (next, filled) = (0, min(rest, Checkpoint.chunkWords))
        rest -= filled
        do throws(CheckpointError) { try fill(filled) } catch { failure = error }
      }
      guard failure == nil, next < filled else { return }
      number = UInt64(littleEndian: words[next])
      next += 1
      sum.add(number)
    }
    if let failure { throw failure }
    // What stands in an impossible file after its wrong number is not read.
    guard isPossible else { throw .damaged }
  }

  private func word() throws(CheckpointError) -> UInt64 {
    try fill(1)
    let word = UInt64(littleEndian: words[0])
    sum.add(word)
    return word
  }

  /// Reads a checksum, and compares it with that of all before it.
  private func checkSum() throws(CheckpointError) {
    let expected = sum.value
    guard try word() == expected else { throw .damaged }
  }

  /// Fills the first words.
  private func fill(_ count: Int) throws(CheckpointError) {
    // Taken out of the object while it is written.
    var taken: [UInt64] = []
    swap(&taken, &words)
    defer { swap(&taken, &words) }
    var span = taken.mutableSpan
    var bytes = unsafe span.mutableBytes
    try read(8 * count, into: &bytes)
  }

  /// Fills rows of a session, and adds them to the checksum.
  private func read<Element>(into part: MemorySlice<Element>) throws(CheckpointError) {
    try part.withMutableSpan { (span) throws(CheckpointError) in
      var bytes = unsafe span.mutableBytes
      try read(bytes.byteCount, into: &bytes)
    }
    part.withSpan { unsafe sum.add($0.bytes) }
  }

  private func read(
    _ wanted: Int, into bytes: inout MutableRawSpan
  ) throws(CheckpointError) {
    precondition(wanted <= bytes.byteCount)
    var done = 0
    while done < wanted {
      // SAFETY: `done` is below `wanted`, and the span has room for that.
      let count = unsafe bytes.withUnsafeMutableBytes {
        unsafe Int(system_read(descriptor, $0.baseAddress.map { unsafe $0 + done }, wanted - done))
      }
      if count > 0 {
        done += count
      } else if count == 0 {
        throw .damaged
      } else if system_errno() != EINTR {
        throw .unreadable(errno: system_errno())
      }
    }
  }
}
