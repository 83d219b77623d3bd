internal import QuantVGG

/// The origin of weights, as far as their filters and the file tell, and their licence.
package struct WeightOrigin: Equatable, Sendable {
  /// One line for the metadata of the files made from them: the network and its training.
  package let source: String
  /// The licence line for the same.
  package let license: String

  /// Simonyan and Zisserman's VGG-19, recognised by the filters of conv1_1.
  static let original = WeightOrigin(
    source: "VGG-19, the original weights",
    license: "VGG-19 by Karen Simonyan and Andrew Zisserman (Visual Geometry Group, University of "
      + "Oxford), CC BY 4.0, https://creativecommons.org/licenses/by/4.0/")

  /// torchvision's own training of VGG-19.
  static let torchvision = WeightOrigin(
    source: "VGG-19, torchvision's weights",
    license: "VGG-19 as trained by the torchvision project, BSD-3-Clause")

  /// Any other, and all of networks whose original filters are not known here.
  static func unknown(_ network: NetworkTable) -> WeightOrigin {
    WeightOrigin(
      source: "\(network.title), weights of unknown training",
      license: "not known; see where the weights are from")
  }

  /// The origin that filters and names tell.
  ///
  /// - Parameters:
  ///   - original: the comparison of conv1_1 with the original's filters.
  ///   - names: the scheme of the tensors' names.
  ///   - network: the network that the weights are of.
  /// - Returns: the origin; `unknown` where they tell none.
  static func told(
    by original: OriginalFilters?, _ names: LayerNames.Scheme, of network: NetworkTable
  ) -> WeightOrigin {
    // One layer of the original VGG-19 does not make another network original, nor torchvision's.
    guard network == OriginalFilters.network else { return .unknown(network) }
    if original != nil { return .original }
    return names == .torchvision ? .torchvision : .unknown(network)
  }
}
