internal import ImageIO
internal import QuantVGG
internal import Rows

/// The rows of the image that a process paints, and how its numbers come together with those of the others; all rows
/// where it is alone.
///
/// Whole numbers are added in any order. Those in floating point are added in the order of rows: each process goes on from the
/// sums of the one above it.
final class Strip {
  /// How the numbers of a sum come together.
  enum Sum {
    /// Int64, exact.
    case integers
    /// UInt32, exact.
    case counts
    /// Float64, added in the order of rows.
    case inOrder
    /// Float64, one for each row.
    case byRow
  }

  /// nil where a process paints alone.
  let communicator: Communicator?
  /// By process that takes part, its rows of the image.
  let all: [Range<Int>]
  /// By process, the rows of the image that it reads.
  private let read: [Range<Int>]
  private let rank: Int

  /// A process's strip of a shape, of `all` of them.
  init(_ shape: NetworkShape, all: [Range<Int>], communicator: Communicator?) {
    self.communicator = communicator
    self.all = all
    rank = communicator?.rank ?? 0
    // The rows that are read are those of the pass that makes most, whatever the plan.
    read =
      communicator == nil
      ? all : all.map { NetworkRows(shape, plan: .streaming, strip: $0).pixels }
  }

  /// The rows of this process.
  var own: Range<Int> { all[rank] }
  var isAlone: Bool { communicator == nil }
  /// Whether its rows are the last ones.
  var isLast: Bool { rank + 1 == all.count }

  // MARK: Sums

  /// Makes sums of this process those of all.
  func combine(_ bytes: MemorySlice<UInt8>, _ sum: Sum) {
    guard let communicator else { return }
    switch sum {
    case .integers: communicator.add(bytes.elements(Int64.self, count: bytes.count / 8))
    case .counts: communicator.add(bytes.elements(UInt32.self, count: bytes.count / 4))
    case .byRow: communicator.add(bytes.elements(Double.self, count: bytes.count / 8))
    case .inOrder: communicator.broadcastAmongSelected(bytes, from: all.count - 1)
    }
    communicator.count(bytes.count)
  }

  /// Takes sums that are made in order from the process above, before the first own row is added.
  func takeSums(_ bytes: MemorySlice<UInt8>) {
    if rank > 0 { communicator?.receive(bytes, from: rank - 1) }
  }

  /// Hands them to the process below, after the last own row was added.
  func handSums(_ bytes: MemorySlice<UInt8>) {
    guard let communicator, !isLast else { return }
    communicator.send(bytes, to: rank + 1)
    communicator.count(bytes.count)
  }

  // MARK: Rows

  /// Brings the rows around the strip up to date, which others have moved.
  func exchange(_ image: StateRows<Float>) {
    guard let communicator else { return }
    for other in all.indices where other != rank {
      let wanted = all[other].clamped(to: read[rank])
      if !wanted.isEmpty { communicator.beginReceive(image[wanted].bytes, from: other) }
    }
    for other in all.indices where other != rank {
      let given = own.clamped(to: read[other])
      if !given.isEmpty { communicator.beginSend(image[given].bytes, to: other) }
    }
    communicator.finish()
    communicator.count(givenRows * image.rowLength * MemoryLayout<Float>.stride)
  }

  /// Rows that others read of these, each as often as it is given.
  var givenRows: Int {
    all.indices.reduce(0) { $1 == rank ? $0 : $0 + own.clamped(to: read[$1]).count }
  }

  /// Whether all numbers of all processes' rows are finite.
  func isFinite(_ image: StateRows<Float>) -> Bool {
    guard let communicator else { return image.isFinite }
    var failures: Int64 = image[own].isFinite ? 0 : 1
    communicator.withUnsafe(&failures) {
      communicator.add($0.elements(Int64.self, count: 1))
    }
    return failures == 0
  }

  /// The process whose row this is.
  func owner(of row: Int) -> Int {
    guard let owner = all.firstIndex(where: { $0.contains(row) }) else {
      preconditionFailure("a row of the image")
    }
    return owner
  }

  /// Rows from one on, at most `most`, that are of one process; empty behind the last one.
  func batch(from first: Int, most: Int) -> Range<Int> {
    guard let end = all.last?.upperBound, first < end else { return first..<first }
    return first..<min(first + most, all[owner(of: first)].upperBound)
  }
}

extension MemorySlice<UInt8> {
  /// Adds groups of `count` Int64, one for each thread, to the first, and makes the others 0.
  ///
  /// - Returns: the bytes of the first.
  func folded(to count: Int) -> MemorySlice<UInt8> {
    let sums = elements(Int64.self, count: self.count / MemoryLayout<Int64>.stride)
    for place in count..<sums.count {
      sums[place % count] += sums[place]
      sums[place] = 0
    }
    return sums[0..<count].bytes
  }
}

extension Transfer {
  /// Rows of the image below which a strip is no gain.
  static let leastStripRows = 96

  /// By process that takes part, its rows of the engine's image, of a transfer of one scale; edges between strips are
  /// multiples of `NetworkRows.unit`.
  package var strips: [Range<Int>] {
    let height = engineSize(resultSize).height
    guard let communicator else { return [0..<height] }
    return Self.strips(height: height, shares: communicator.shares)
  }

  /// The same for a height and the processes' shares.
  package static func strips(height: Int, shares: [Double]) -> [Range<Int>] {
    let unit = NetworkRows.unit
    let shares = shares.prefix(max(1, height / leastStripRows))
    let units = height / unit
    let least = min(leastStripRows / unit, units / shares.count)
    let whole = shares.reduce(0, +)
    var (strips, first, sum): ([Range<Int>], Int, Double) = ([], 0, 0)
    for (place, share) in shares.enumerated() {
      sum += share
      let left = shares.count - place - 1
      let wanted = Int((Double(units) * sum / whole).rounded())
      let end = left == 0 ? units : min(max(wanted, first + least), units - left * least)
      strips.append(first * unit..<(left == 0 ? height : end * unit))
      first = end
    }
    return strips
  }

  /// The rows of this process; nil where it does not take part at the transfer's one scale.
  var ownStrip: Range<Int>? {
    let (strips, rank) = (strips, communicator?.rank ?? 0)
    return rank < strips.count ? strips[rank] : nil
  }
}
