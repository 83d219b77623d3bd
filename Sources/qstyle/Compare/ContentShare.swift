internal import CommandOptions
internal import StyleTransfer

/// What the content still has of the cost at the end of a run.
struct ContentShare {
  private let value: Double

  /// Below this the photo holds nothing of the picture; only its start does.
  private static let least = 0.01

  init(_ costs: LossValues, _ settings: TransferSettings) {
    value = costs.total > 0 ? settings.contentWeight * costs.content / costs.total : 1
  }

  /// A sentence where the share is too small for a comparison to say something of the content.
  var warning: String? {
    guard value < Self.least else { return nil }
    return
      "the content is \(Format.general(100 * value, digits: 2)) % of the cost at the end, so the "
      + "start and the number of steps decide what is left of the photo: lower --strength or --style-weight"
  }
}
