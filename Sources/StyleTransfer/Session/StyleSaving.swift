internal import FileNames
internal import FileOutput
internal import ImageIO
internal import QuantVGG
internal import Rows

extension TermNetwork {
  /// Writes what was measured of the style last, its sums as they are (`StyleStatistics`).
  ///
  /// - Parameters:
  ///   - transfer: of one style.
  ///   - shape: layer sizes of the style.
  ///   - terms: one for each style layer.
  ///   - sums: of the same layers.
  ///   - path: the file, which appears whole or not at all.
  /// - Throws: `TransferError.style`.
  func saveStyle(
    _ transfer: Transfer, _ shape: NetworkShape, _ terms: [GramTerm<Numbers>],
    _ sums: [StyleSums<Numbers>], to path: FilePath
  ) throws(TransferError) {
    guard let weights = transfer.weights else { preconditionFailure("a transfer with weights") }
    let type = transfer.precision == .int8 ? "I64" : "F64"
    var entries: [SafeTensors.Entry] = []
    for term in terms {
      let name = "\(shape.layers[term.place].convolution.name)"
      entries += [
        SafeTensors.Entry(name + ".gram", type: type, shape: [term.channels, term.channels]),
        SafeTensors.Entry(name + ".sum", type: type, shape: [term.channels]),
        SafeTensors.Entry(name + ".squares", type: type, shape: [term.channels]),
        SafeTensors.Entry(name + ".histogram", type: "U32", shape: [term.channels, Numbers.bins]),
        SafeTensors.Entry(name + ".positions", type: "I64", shape: [1]),
      ]
    }
    func forEachTensor(
      _ body: (RawSpan) throws(FileOutputError) -> Void
    ) throws(FileOutputError) {
      for (term, sums) in zip(terms, sums) {
        try unsafe body(term.wholeSums.span.bytes)
        try sums.forEachTensor(body)
        try unsafe body([Int64(shape.layers[term.place].positions)].span.bytes)
      }
    }
    do throws(FileOutputError) {
      var sum = Fingerprint()
      var place = 0
      try forEachTensor { (bytes) throws(FileOutputError) in
        sum.add(entries[place].name, bytes)
        place += 1
      }
      var weightSum = Fingerprint()
      weights.add(
        to: &weightSum,
        layers: .conv1_1...(transfer.settings.styleLayers.map { $0.layer }.max() ?? .conv1_1))
      let size = transfer.size(transfer.styles[0])
      let file = try AtomicFile(path: path)
      try file.write(
        SafeTensors.header(
          entries,
          metadata: [
            ("format", StyleStatistics.format), ("format_version", StyleStatistics.version),
            ("network", transfer.network.name), ("precision", transfer.precisionText),
            ("pooling", transfer.pooling.rawValue), ("width", "\(size.width)"),
            ("height", "\(size.height)"), ("weights", weightSum.text), ("checksum", sum.text),
          ], alignment: 8))
      try forEachTensor { (bytes) throws(FileOutputError) in try file.write(bytes) }
      try file.commit()
    } catch {
      throw .style(name: path.description, .output(error))
    }
  }
}
