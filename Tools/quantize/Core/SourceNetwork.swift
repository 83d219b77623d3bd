/// Which network weights are, as far as the filters and the file tell, and its licence.
public enum SourceNetwork: Equatable {
  /// Simonyan and Zisserman's, recognised by the filters of conv1_1.
  case original
  /// torchvision's own training of the same layers.
  case torchvision
  /// A file of the project's that says it itself.
  case stated(source: String, license: String)
  /// Any other.
  case unknown

  /// One line for the metadata of the files made from it.
  public var source: String {
    switch self {
    case .original: "VGG-19, the original weights"
    case .torchvision: "VGG-19, torchvision's weights"
    case .stated(let source, _): source
    case .unknown: "VGG-19, weights of unknown training"
    }
  }

  /// The licence line for the same.
  public var license: String {
    switch self {
    case .original:
      "VGG-19 by Karen Simonyan and Andrew Zisserman (Visual Geometry Group, University of "
        + "Oxford), CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"
    case .torchvision: "VGG-19 as trained by the torchvision project, BSD-3-Clause"
    case .stated(_, let license): license
    case .unknown: "not known; see where the weights are from"
    }
  }
}
