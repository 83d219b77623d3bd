internal import QuantVGG
internal import Rows

/// What the agreement of some numbers with a reference's follows from, channel by channel, so that workers that
/// share a layer's channels add the same sums whatever their number.
struct AgreementSums {
  /// Four sums of each channel.
  struct Layout {
    fileprivate let sums: Reservation<Double>
    fileprivate let channels: Int

    init(channels: Int, memory: inout ArenaPlan) {
      self.channels = channels
      sums = memory.reserve(4 * channels, of: Double.self)
    }
  }

  private let sums: MemorySlice<Double>
  private let channels: Int

  init(_ layout: Layout, _ memory: Arena) {
    sums = memory.slice(layout.sums)
    channels = layout.channels
  }

  /// Adds a value of a channel, and what it stands for.
  @inline(__always)
  func add(_ value: Float, _ reference: Float, channel: Int) {
    let (a, b) = (Double(value), Double(reference))
    sums[channel] += a * b
    sums[channels + channel] += a * a
    sums[2 * channels + channel] += b * b
    sums[3 * channels + channel] += (a - b) * (a - b)
  }

  func clear() { sums.clear() }

  /// The agreement of all channels.
  var agreement: SignalAgreement {
    var total = Agreement.Sums()
    for c in 0..<channels {
      total.product += sums[c]
      total.values += sums[channels + c]
      total.reference += sums[2 * channels + c]
      total.difference += sums[3 * channels + c]
    }
    return SignalAgreement(total)
  }
}
