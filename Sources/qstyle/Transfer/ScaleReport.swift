internal import CommandOptions
internal import ImageIO
internal import StyleTransfer

extension PlannedMemory {
  /// A line for each of several scales.
  var scaleLines: String {
    scales.count == 1 ? "" : scales.reduce("") { $0 + $1.line }
  }
}

extension PaintedScale {
  /// Size, steps, and the seconds of those of this program.
  var json: JSONObject {
    var entry = JSONObject()
    entry.add("width", size.width)
    entry.add("height", size.height)
    entry.add("steps", steps)
    entry.add("seconds", seconds)
    return entry
  }
}

extension PlannedScale {
  /// Size, steps, peak memory and share of the time.
  var json: JSONObject {
    var entry = JSONObject()
    entry.add("width", size.width)
    entry.add("height", size.height)
    entry.add("steps", steps)
    entry.add("peak_bytes", bytes)
    entry.add("time_share", timeShare)
    return entry
  }

  /// The same as a line.
  var line: String {
    "  " + Format.padded(size.text, 12) + Format.aligned(Format.count(steps, "step"), 14)
      + Format.aligned(Format.bytes(bytes), 12)
      + Format.aligned(Format.fixed(100 * timeShare, digits: 0), 5) + " % of the time\n"
  }
}
