/// Makes the first word the length of the header: up to the brace that closes it, and the spaces after that.
@Sendable func repairSafeTensors(_ bytes: inout [UInt8]) {
  var (depth, isText, position) = (0, false, 8)
  while position < bytes.count {
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\\") where isText: position += 1
    case UInt8(ascii: "\""): isText.toggle()
    case UInt8(ascii: "{") where !isText: depth += 1
    case UInt8(ascii: "}") where !isText: depth -= 1
    default: break
    }
    if depth == 0 { break }
  }
  guard depth == 0, position <= bytes.count else { return }
  while position < bytes.count, bytes[position] == UInt8(ascii: " ") { position += 1 }
  for i in 0..<8 { bytes[i] = UInt8(truncatingIfNeeded: (position - 8) >> (8 * i)) }
}
