internal import Rows

/// The rows in single precision around the layers of a fixed-point network that compute in it.
///
/// A ring has no rows where no such layer reads it.
struct RealRings {
  /// The image, `[width][4]`.
  var pixels: RowRing<Real>
  /// By layer, its output.
  var activations: [RowRing<Real>] = []
  /// By layer, its pooled output.
  var pooled: [RowRing<Real>] = []
  /// By layer, what it has stored of its gradient.
  var gradients: [RowRing<Real>] = []
  private var zeros: ZeroRow<Real>
  private let shape: NetworkShape

  /// Reserves the rings that a network needs, gradients only where it has a way back.
  init(_ shape: NetworkShape, _ watcher: RingWatcher, backward: Bool, memory: inout ArenaPlan) {
    self.shape = shape
    var widest = 0
    func ring(_ width: Int, _ channels: Int, _ watched: RingWatcher.Ring, _ isRead: Bool)
      -> RowRing<Real>
    {
      let ring = RowRing<Real>(
        width: width, channels: channels, capacity: isRead ? watched.capacity : 0, plan: &memory)
      if isRead { widest = max(widest, ring.paddedCount) }
      return ring
    }
    pixels = ring(shape.width, 4, watcher.pixels, shape.isFloat32(NetworkTable.imageLayer))
    for (index, layer) in shape.layers.enumerated() {
      let isRead = shape.feedsFloat32(index)
      activations.append(ring(layer.width, layer.channels, watcher.passing[index], isRead))
      pooled.append(ring(layer.width / 2, layer.channels, watcher.pooled[index], isRead))
      guard backward else { continue }
      gradients.append(
        ring(layer.width, layer.channels, watcher.gradients[index], shape.isFloat32(index)))
    }
    zeros = ZeroRow(elements: widest, plan: &memory)
  }

  /// Places all rings in the memory that was reserved.
  mutating func attach(_ arena: Arena) {
    pixels.attach(arena)
    for index in activations.indices {
      activations[index].attach(arena)
      pooled[index].attach(arena)
    }
    for index in gradients.indices { gradients[index].attach(arena) }
    zeros.attach(arena)
  }

  /// What a layer reads for row `y` of its output.
  func input(of layer: Int, around y: Int) -> RowWindow<Real> {
    if layer == NetworkTable.imageLayer { return window(pixels, layer, around: y) }
    let rings = shape.isPooled(layer - 1) ? pooled : activations
    return window(rings[layer - 1], layer, around: y)
  }

  /// What the transposed convolution of a layer reads for row `y` of its input.
  func gradient(of layer: Int, around y: Int) -> RowWindow<Real> {
    window(gradients[layer], layer, around: y)
  }

  private func window(_ ring: RowRing<Real>, _ layer: Int, around y: Int) -> RowWindow<Real> {
    RowWindow(ring, around: y, height: shape.layers[layer].height, outside: zeros)
  }
}
