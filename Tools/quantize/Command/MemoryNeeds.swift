import CSystem
import CommandOptions
import FileNames
import QuantVGG
import QuantizeCore
import StyleTransfer

/// What a conversion takes, by measurement on VGG-19.
enum MemoryNeeds {
  /// Words and texts.
  static let least = 8 << 20

  /// Refuses a conversion for which this process may not map enough, before it is begun.
  static func check(_ options: Options) throws {
    // A file that is not there is named later.
    var status = stat()
    guard unsafe options.source.withCString({ unsafe stat($0, &status) == 0 }) else { return }
    let network =
      switch (options.kind, options.rounding) {
      case _ where options.deepest != nil: 64 << 20
      case (.int8, .reconstruct): 480 << 20
      case (.int8, .nearest): 300 << 20
      default: 220 << 20
      }
    let report = options.report == nil ? 0 : 200 << 20
    try MemoryLimit.requireMappable(Int(status.st_size) + network + report)
    let limit = MemoryLimit.ofProcess
    // Memory that is short on the whole machine may be swapped; a group's processes are killed.
    guard case .group = limit.source, network + report > limit.bytes else { return }
    throw Failure(
      "the conversion takes about \(Format.bytes(network + report)), and "
        + "\(Format.bytes(limit.bytes)) are allowed (\(limit.reason ?? "")): allow the group more memory"
    )
  }
}
