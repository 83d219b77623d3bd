/// The two-loop recursion of L-BFGS on the products of its vectors alone.
///
/// Its pairs are damped: y + d s stands for y, d being a share of |y| / |s|, which is as if a parabola of that
/// curvature were added to the loss around every point (the term of Levenberg and Marquardt).
struct LBFGSRecursion {
  private let settings: LBFGSSettings
  private let count: Int
  /// Slots of accepted pairs, oldest first.
  private var order: [Int] = []
  /// `[2 * history + 1][2 * history + 1]`: of changes s, changes y, and the gradient.
  private var products: [Double]
  /// The same of damped changes of the gradient, for a solution.
  private var damped: [Double]
  private var alphas: [Double]

  init(_ settings: LBFGSSettings, count: Int) {
    self.settings = settings
    self.count = count
    order.reserveCapacity(settings.history)
    let size = 2 * settings.history + 1
    products = [Double](repeating: 0, count: size * size)
    damped = [Double](repeating: 0, count: size * size)
    alphas = [Double](repeating: 0, count: settings.history)
  }

  private var size: Int { 2 * settings.history + 1 }
  private var gradient: Int { 2 * settings.history }

  func isUsed(_ slot: Int, pending: Int?) -> Bool {
    slot == pending || order.contains(slot)
  }

  mutating func set(_ product: Double, _ a: Int, _ b: Int) {
    products[a * size + b] = product
    products[b * size + a] = product
  }

  /// Of vectors as they are remembered.
  private func plain(_ a: Int, _ b: Int) -> Double { products[a * size + b] }

  /// Of vectors with damped changes of the gradient.
  private func product(_ a: Int, _ b: Int) -> Double { damped[a * size + b] }

  /// Shows the accepted slots and all products; false where slots are impossible.
  mutating func visitScalars(pending: Int?, _ visit: (inout UInt64) -> Void) -> Bool {
    var used = UInt64(order.count)
    visit(&used)
    guard used <= UInt64(settings.history) else { return false }
    for place in 0..<settings.history {
      var slot = place < order.count ? UInt64(order[place]) : 0
      visit(&slot)
      guard place < Int(used) else { continue }
      guard slot < UInt64(settings.history), Int(slot) != pending,
        !order.prefix(place).contains(Int(slot))
      else { return false }
      if place < order.count { order[place] = Int(slot) } else { order.append(Int(slot)) }
    }
    while order.count > Int(used) { order.removeLast() }
    for a in 0..<size {
      for b in 0...a {
        var value = plain(a, b)
        value.show(visit)
        set(value, a, b)
      }
    }
    return true
  }

  /// Drops all pairs.
  mutating func forget() { order.removeAll(keepingCapacity: true) }

  /// Adds the pair of a slot if the loss is convex along it.
  mutating func accept(_ slot: Int?) {
    guard let slot else { return }
    let (s, y) = (slot, settings.history + slot)
    let (ss, sy, yy) = (plain(s, s), plain(s, y), plain(y, y))
    guard sy > 1e-4 * (ss * yy).squareRoot() else { return }
    order.append(slot)
  }

  /// A slot for the next change: an unused one, or that of the oldest pair.
  mutating func freeSlot() -> Int {
    for slot in 0..<settings.history where !order.contains(slot) { return slot }
    return order.removeFirst()
  }

  /// Sets the factors of the vectors in the next change, which is `reach` times as long where there is
  /// nothing to go by.
  mutating func solve(_ factors: inout [Double], reach: Double) {
    damp()
    for i in 0..<size { factors[i] = 0 }
    factors[gradient] = -1
    for slot in order.reversed() {
      let y = settings.history + slot
      let alpha = combined(factors, slot) / product(slot, y)
      alphas[slot] = alpha
      factors[y] -= alpha
    }
    if let newest = order.last {
      let y = settings.history + newest
      let scale = inverseCurvature(newest, y)
      for i in 0..<size { factors[i] *= scale }
    }
    for slot in order {
      let y = settings.history + slot
      let beta = combined(factors, y) / product(slot, y)
      factors[slot] += alphas[slot] - beta
    }
    if !(combined(factors, gradient) < 0) || order.isEmpty {
      // Uphill, or nothing to go by: against the gradient.
      forget()
      for i in 0..<size { factors[i] = 0 }
      factors[gradient] = -1
      scale(&factors, to: reach * settings.firstChange)
    } else if rootMeanSquare(factors) > settings.largestChange {
      scale(&factors, to: settings.largestChange)
    }
    for slot in order { factors[slot] += damping(slot) * factors[settings.history + slot] }
  }

  /// Curvature that is added along a pair.
  private func damping(_ slot: Int) -> Double {
    let y = settings.history + slot
    return settings.damping * (plain(y, y) / plain(slot, slot)).squareRoot()
  }

  /// Finds the products of damped pairs.
  private mutating func damp() {
    for i in damped.indices { damped[i] = products[i] }
    for slot in order {
      let (y, damping) = (settings.history + slot, damping(slot))
      for i in 0..<size { damped[y * size + i] += damping * damped[slot * size + i] }
      for i in 0..<size { damped[i * size + y] += damping * damped[i * size + slot] }
    }
  }

  /// The scale of the first estimate of the inverse Hessian, along the newest pair.
  ///
  /// Between both of Barzilai and Borwein (1988): sy / yy, which the noise of quantized gradients in y
  /// makes too small, and ss / sy, which is too large where the curvature is uneven.
  private func inverseCurvature(_ s: Int, _ y: Int) -> Double {
    let (ss, sy, yy) = (product(s, s), product(s, y), product(y, y))
    let ratio = ss * yy / (sy * sy)
    return sy / yy * ratio.squareRoot().squareRoot()
  }

  /// Product of a sum of vectors with one of them.
  private func combined(_ factors: [Double], _ vector: Int) -> Double {
    var sum = 0.0
    for i in 0..<size where factors[i] != 0 { sum += factors[i] * product(i, vector) }
    return sum
  }

  private func rootMeanSquare(_ factors: [Double]) -> Double {
    var sum = 0.0
    for i in 0..<size where factors[i] != 0 { sum += factors[i] * combined(factors, i) }
    return (max(sum, 0) / Double(count)).squareRoot()
  }

  private func scale(_ factors: inout [Double], to change: Double) {
    let present = rootMeanSquare(factors)
    guard present > 0, present.isFinite else {
      for i in 0..<size { factors[i] = 0 }
      return
    }
    for i in 0..<size { factors[i] *= change / present }
  }
}
