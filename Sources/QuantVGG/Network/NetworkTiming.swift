internal import CSystem

/// The time that each kind of work of a network takes.
package struct NetworkTiming: Sendable {
  /// Seconds of each layer's convolution.
  package private(set) var forward: [Double]
  /// Seconds from each layer's gradient to that of its input: transposed convolution, adjoint of the
  /// pooling, loss gradients, mask and quantization.
  package private(set) var backward: [Double]
  /// Seconds of everything else: image conversion, pooling, layers that run forward once more on the way back, and
  /// the gradient of the deepest layer.
  package private(set) var other = 0.0

  init(layers: Int) {
    forward = [Double](repeating: 0, count: layers)
    backward = forward
  }

  /// The moment at which a stage begins.
  var now: Double { system_monotonic_seconds() }

  mutating func add(since start: Double, stage: Stage, layer: Int) {
    let seconds = now - start
    switch stage {
    case .convolve: forward[layer] += seconds
    case .sendBack: backward[layer + 1] += seconds
    case .gradient where layer + 1 < backward.count: backward[layer + 1] += seconds
    case .imageGradient: backward[NetworkTable.imageLayer] += seconds
    default: other += seconds
    }
  }

  /// The time since an earlier reading.
  package func since(_ earlier: NetworkTiming) -> NetworkTiming {
    var difference = self
    for layer in forward.indices {
      difference.forward[layer] -= earlier.forward[layer]
      difference.backward[layer] -= earlier.backward[layer]
    }
    difference.other -= earlier.other
    return difference
  }
}
