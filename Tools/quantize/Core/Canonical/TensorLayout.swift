package import QuantVGG

/// The order in which a file keeps a convolution's weights; `filters` is the canonical one.
package enum TensorLayout {
  /// `[O][I][H][W]`: PyTorch, Caffe, ONNX.
  case filters
  /// `[O][I][H][W]` with every filter turned by 180 degrees: Keras files made for Theano, which convolves
  /// where the others correlate.
  case turned
  /// `[H][W][I][O]`: Keras files made for TensorFlow.
  case rows
  /// `[H][W][I][O]` with the first index running fastest: MATLAB.
  case columns

  /// The shape that a layer's weights have in the file.
  func shape(_ layer: NetworkTable.Convolution) -> [Int] {
    switch self {
    case .filters, .turned: [layer.outputChannels, layer.inputChannels, 3, 3]
    case .rows, .columns: [3, 3, layer.inputChannels, layer.outputChannels]
    }
  }

  /// `[O][I][3][3]` from weights in this order.
  package func canonical(_ weights: consuming [Float], of layer: NetworkTable.Convolution)
    -> [Float]
  {
    let (inputs, outputs) = (layer.inputChannels, layer.outputChannels)
    switch self {
    case .filters: return weights
    case .turned:
      for filter in stride(from: 0, to: weights.count, by: 9) {
        for tap in 0..<4 { weights.swapAt(filter + tap, filter + 8 - tap) }
      }
      return weights
    case .columns:
      // Read backwards the indices are [O][I][W][H]: only the filters' two axes change places.
      for filter in stride(from: 0, to: weights.count, by: 9) {
        weights.swapAt(filter + 1, filter + 3)
        weights.swapAt(filter + 2, filter + 6)
        weights.swapAt(filter + 5, filter + 7)
      }
      return weights
    case .rows:
      let source = weights
      for tap in 0..<9 {
        for input in 0..<inputs {
          let row = (tap * inputs + input) * outputs
          for output in 0..<outputs {
            weights[(output * inputs + input) * 9 + tap] = source[row + output]
          }
        }
      }
      return weights
    }
  }
}
