internal import CQuantKernels

/// Neighbouring output channels, which the kernels compute at once and read the weights of together.
package enum Panel {
  /// Channels of a panel.
  package static let width = Int(QV_PANEL)

  /// The channels of the panel `index`.
  package static func channels(_ index: Int) -> Range<Int> { width * index..<width * (index + 1) }
}
