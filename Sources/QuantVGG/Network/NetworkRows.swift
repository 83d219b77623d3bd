/// The rows of each layer that the passes of a network make: all, or what a strip of the image needs.
///
/// A strip is some rows of the image whose gradient is wanted, and the same part of every layer, whose activations are
/// measured. Passes make these, and around them, as far as they lie in the picture, the rows that these follow from: towards the image
/// one more for each convolution, and on the way back whole rows of tiles (`GradientRows`) and one more towards the deepest layer.
package struct NetworkRows: Sendable, Equatable {
  /// What a pass forward makes.
  package struct Forward: Sendable, Equatable {
    /// Rows of the image that are read.
    package fileprivate(set) var pixels = 0..<0
    /// By layer, from the first one on.
    package fileprivate(set) var layers: [Range<Int>] = []
    /// By layer, rows of its output, pooled where it is, that the next layer reads.
    package fileprivate(set) var passedOn: [Range<Int>] = []
  }

  /// The strip's rows of the image, between multiples of `unit` but at the picture's ends.
  package let strip: Range<Int>
  /// By layer, the rows of the strip: each belongs to one strip.
  package let owned: [Range<Int>]
  /// The pass that measures; what is kept of it serves the way back.
  package let first: Forward
  /// The pass that makes once more what was not kept: of the layers that are computed twice.
  package let again: Forward
  /// By layer.
  package let gradients: [Range<Int>]
  /// The pass over a picture that the image is compared with, as far as gradients are made.
  package let target: Forward

  /// Rows of the image that one row of the deepest pooled layer stands for: strips begin at multiples of it.
  package static let unit = 16

  /// The rows of a strip, nil for the whole image.
  package init(_ shape: NetworkShape, plan: NetworkPlan, strip: Range<Int>?) {
    let strip = strip ?? 0..<shape.height
    precondition(
      strip.lowerBound % Self.unit == 0
        && (strip.upperBound % Self.unit == 0 || strip.upperBound == shape.height)
        && strip.upperBound <= shape.height && !strip.isEmpty, "a strip of the image")
    self.strip = strip
    let owned = shape.layers.map { layer in
      let poolings = layer.convolution.name.poolings
      let end = strip.upperBound == shape.height ? layer.height : strip.upperBound >> poolings
      return strip.lowerBound >> poolings..<end
    }
    self.owned = owned
    var gradients: [Range<Int>] = []
    var reached = strip.widened(in: shape.height)
    for (index, layer) in shape.layers.enumerated() {
      reached = reached.joined(owned[index])
      guard index + 1 < shape.layers.count else {
        gradients.append(reached)
        break
      }
      let next = shape.layers[index + 1]
      let isPooled = next.convolution.followsPool
      let inputs = GradientRows(next).whole(isPooled ? reached.halved(in: next.height) : reached)
      let factor = isPooled ? 2 : 1
      let end = inputs.upperBound == next.height ? layer.height : factor * inputs.upperBound
      gradients.append(factor * inputs.lowerBound..<end)
      reached = inputs.widened(in: next.height)
    }
    self.gradients = gradients
    let twice = plan.computedTwice(shape.layers)
    let count = shape.layers.count
    first = Self.forward(shape, layers: count) { layer in
      layer < twice ? owned[layer] : owned[layer].joined(gradients[layer])
    }
    again = Self.forward(shape, layers: twice) { gradients[$0] }
    target = Self.forward(shape, layers: count) { gradients[$0] }
  }

  /// A pass through some layers that makes at least the wanted rows of each.
  private static func forward(
    _ shape: NetworkShape, layers: Int, wanted: (Int) -> Range<Int>
  ) -> Forward {
    var pass = Forward()
    pass.layers = (0..<layers).map(wanted)
    pass.passedOn = pass.layers
    for layer in stride(from: layers - 1, through: 0, by: -1) {
      let above = pass.layers[layer].widened(in: shape.layers[layer].height)
      guard layer > 0 else {
        pass.pixels = above
        break
      }
      pass.passedOn[layer - 1] = above
      let read = shape.isPooled(layer - 1) ? 2 * above.lowerBound..<2 * above.upperBound : above
      pass.layers[layer - 1] = pass.layers[layer - 1].joined(read)
    }
    return pass
  }

  /// All rows of the image that any pass reads.
  package var pixels: Range<Int> {
    let read = first.pixels.joined(target.pixels)
    return again.layers.isEmpty ? read : read.joined(again.pixels)
  }

  /// Multiply-accumulates of a step, forward and back, as `NetworkTable.multiplyAccumulates` counts them.
  package func multiplyAccumulates(_ shape: NetworkShape) -> Int {
    func work(_ rows: [Range<Int>]) -> Int {
      zip(shape.layers, rows).reduce(0) { sum, entry in
        let convolution = entry.0.convolution
        return sum + 9 * convolution.inputChannels * convolution.outputChannels * entry.0.width
          * entry.1.count
      }
    }
    // On the way back a convolution makes the gradient of what it reads.
    let inputs =
      [strip]
      + zip(gradients, shape.layers.dropFirst()).map { rows, next in
        next.convolution.followsPool ? rows.halved(in: next.height) : rows
      }
    return work(first.layers) + work(again.layers) + work(inputs)
  }
}

extension Range<Int> {
  /// With the neighbours at both ends that lie in 0..<count.
  fileprivate func widened(in count: Int) -> Range<Int> {
    Swift.max(lowerBound - 1, 0)..<Swift.min(upperBound + 1, count)
  }

  /// The windows of a pooling that rows lie in.
  fileprivate func halved(in count: Int) -> Range<Int> {
    Swift.min(lowerBound / 2, count)..<Swift.min((upperBound + 1) / 2, count)
  }

  /// The least range with both.
  fileprivate func joined(_ other: Range<Int>) -> Range<Int> {
    Swift.min(lowerBound, other.lowerBound)..<Swift.max(upperBound, other.upperBound)
  }
}
