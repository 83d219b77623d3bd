import QuantVGG

/// Makes both checksums of a checkpoint right, where its sizes are those of the file.
@Sendable func repairCheckpoint(_ bytes: inout [UInt8]) {
  let words = 9
  let header = 8 * words
  guard bytes.count >= header + 16 else { return }
  var sum = Fingerprint()
  for word in 0..<words { sum.add(UInt64(bitPattern: Int64(bytes.little(8, at: 8 * word)))) }
  bytes.setLittle(sum.value, at: header)
  sum.add(sum.value)
  // The numbers of the optimizer are words, the image and the state before them are bytes.
  let end = bytes.count - 8
  let numbers = bytes.little(8, at: header - 16)
  guard numbers >= 0, numbers <= (end - header - 8) / 8 else { return }
  let data = header + 8..<end - 8 * numbers
  unsafe sum.add(bytes.span.extracting(data).bytes)
  for place in stride(from: data.upperBound, to: end, by: 8) {
    sum.add(UInt64(bitPattern: Int64(bytes.little(8, at: place))))
  }
  bytes.setLittle(sum.value, at: end)
}
