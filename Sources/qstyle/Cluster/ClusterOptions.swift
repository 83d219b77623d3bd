internal import CommandOptions
internal import StyleTransfer

/// The options of a picture that several machines paint.
struct ClusterOptions {
  static let group = OptionGroup(
    "Machines",
    [
      Option(
        "strips", value: "SHARES", words: ["speed", "even"],
        "Rows of each process: by the speed that is measured (default), even, or by numbers such as 3,2,2,1."
      )
    ])

  /// By process, its share of the rows; nil where they are measured.
  let shares: [Double]?

  init(_ arguments: ParsedArguments, processes: Int) throws(UsageError) {
    guard !arguments.has("spill") else {
      throw UsageError(
        "--spill is for one machine; leave it out, or give the picture more machines or a smaller --size"
      )
    }
    switch arguments.text("strips") {
    case nil, "speed": shares = nil
    case "even": shares = [Double](repeating: 1, count: processes)
    case .some(let list):
      var shares: [Double] = []
      for part in list.split(separator: ",", omittingEmptySubsequences: false) {
        guard let share = parseNumber(String(part)), share > 0, share <= 1e9 else {
          throw UsageError(
            "--strips is speed, even, or a number above 0 for each process, not '\(list)'")
        }
        shares.append(share)
      }
      guard shares.count == processes else {
        throw UsageError(
          "--strips has \(Format.count(shares.count, "number")) for \(processes) processes; give one for each"
        )
      }
      self.shares = shares
    }
  }
}
