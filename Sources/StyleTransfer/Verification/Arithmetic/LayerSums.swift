internal import QuantVGG
internal import Rows

/// The sums of one layer that its figures follow from.
struct LayerSums {
  /// The places in memory.
  struct Layout {
    let channels: Int
    let rounding, alone, accumulated, gradientAlone, gradient: AgreementSums.Layout
    let largest, largestOwn, error, errorValue, errorReference: Reservation<Float>
    let steps, squares: Reservation<Double>
    let count, clipped, errorRow, errorColumn: Reservation<Int>

    init(_ layer: NetworkShape.Layer, memory: inout ArenaPlan) {
      channels = layer.channels
      rounding = AgreementSums.Layout(channels: channels, memory: &memory)
      alone = AgreementSums.Layout(channels: channels, memory: &memory)
      accumulated = AgreementSums.Layout(channels: channels, memory: &memory)
      gradient = AgreementSums.Layout(channels: channels, memory: &memory)
      gradientAlone = AgreementSums.Layout(
        channels: layer.convolution.inputChannels, memory: &memory)
      steps = memory.reserve(channels, of: Double.self)
      squares = memory.reserve(channels, of: Double.self)
      largest = memory.reserve(channels, of: Float.self)
      largestOwn = memory.reserve(channels, of: Float.self)
      error = memory.reserve(channels, of: Float.self)
      errorValue = memory.reserve(channels, of: Float.self)
      errorReference = memory.reserve(channels, of: Float.self)
      count = memory.reserve(channels, of: Int.self)
      clipped = memory.reserve(channels, of: Int.self)
      errorRow = memory.reserve(channels, of: Int.self)
      errorColumn = memory.reserve(channels, of: Int.self)
    }
  }

  private let channels: Int
  private let rounding, alone, accumulated, gradientAlone, gradient: AgreementSums
  /// `[channels]`: the largest activations in units of `activationScale * channelScale`, by both networks.
  private let largest, largestOwn: MemorySlice<Float>
  /// `[channels]`: sums of float32's activations in these units, and of their squares.
  private let steps, squares: MemorySlice<Double>
  /// `[channels]`: the largest difference, and where it is.
  private let error, errorValue, errorReference: MemorySlice<Float>
  private let count, clipped, errorRow, errorColumn: MemorySlice<Int>

  init(_ layout: Layout, _ memory: Arena) {
    channels = layout.channels
    rounding = AgreementSums(layout.rounding, memory)
    alone = AgreementSums(layout.alone, memory)
    accumulated = AgreementSums(layout.accumulated, memory)
    gradient = AgreementSums(layout.gradient, memory)
    gradientAlone = AgreementSums(layout.gradientAlone, memory)
    steps = memory.slice(layout.steps)
    squares = memory.slice(layout.squares)
    largest = memory.slice(layout.largest)
    largestOwn = memory.slice(layout.largestOwn)
    error = memory.slice(layout.error)
    errorValue = memory.slice(layout.errorValue)
    errorReference = memory.slice(layout.errorReference)
    count = memory.slice(layout.count)
    clipped = memory.slice(layout.clipped)
    errorRow = memory.slice(layout.errorRow)
    errorColumn = memory.slice(layout.errorColumn)
  }

  /// Forgets everything.
  func clear() {
    for sums in [rounding, alone, accumulated, gradientAlone, gradient] { sums.clear() }
    for sums in [steps, squares] { sums.clear() }
    for values in [largest, largestOwn, error] { values.clear() }
    for counts in [count, clipped] { counts.clear() }
  }

  /// Adds some channels of a row of activations.
  func add(
    _ own: Row<Activation8>, alone: Row<Activation8>, _ reference: Row<Real>, row y: Int,
    channels part: Range<Int>, scale: Float, factors: MemorySlice<Float>?
  ) {
    for x in 0..<reference.width {
      for c in part {
        let i = x * channels + c
        let scale = scale * (factors?[c] ?? 1)
        let truth = reference[i]
        let value = Float(own[i]) * scale
        let steps = truth / scale
        rounding.add(min(steps.rounded(.toNearestOrEven), 255) * scale, truth, channel: c)
        self.alone.add(Float(alone[i]) * scale, truth, channel: c)
        accumulated.add(value, truth, channel: c)
        clipped[c] += own[i] == 255 ? 1 : 0
        self.steps[c] += Double(steps)
        squares[c] += Double(steps * steps)
        largest[c] = max(largest[c], steps)
        largestOwn[c] = max(largestOwn[c], Float(own[i]))
        let difference = (value - truth).magnitude
        guard difference > error[c] else { continue }
        (error[c], errorValue[c], errorReference[c]) = (difference, value, truth)
        (errorRow[c], errorColumn[c]) = (y, x)
      }
    }
    for c in part { count[c] += reference.width }
  }

  /// Adds some channels of a row of stored gradients.
  func add(
    _ own: Row<Gradient8>, scales: Row<Real>, _ reference: Row<Real>, channels part: Range<Int>,
    weightScale: MemorySlice<Float>, factors: MemorySlice<Float>?
  ) {
    for x in 0..<reference.width {
      for c in part {
        let i = x * channels + c
        let stored = Float(Int32(own[i]) - 128) * scales[x]
        gradient.add(stored / (weightScale[c] * (factors?[c] ?? 1)), reference[i], channel: c)
      }
    }
  }

  /// Adds some input channels of a row that the way back made.
  func addWayBack(_ own: Row<Real>, _ reference: Row<Real>, channels part: Range<Int>) {
    for x in 0..<reference.width {
      for c in part {
        let i = x * reference.channels + c
        gradientAlone.add(own[i], reference[i], channel: c)
      }
    }
  }

  /// The layer's figures.
  func figures(
    _ layer: LayerName, factors: MemorySlice<Float>?, gramError: Double?, hasGradients: Bool
  ) -> LayerArithmetic {
    var (most, place) = (Float(0), 0)
    var (total, full, silent, silentTruth, silenced) = (0, 0, 0, 0, 0)
    var (sum, energy) = (0.0, 0.0)
    // What the conversion has seen of a channel without a scale.
    let seen = 255 / Int8Convolution.headroom
    var reaches: [Double] = []
    for c in 0..<channels {
      most = max(most, largest[c])
      if error[c] > error[place] { place = c }
      total += count[c]
      sum += steps[c]
      energy += squares[c]
      if let factors, largest[c] > 0 { reaches.append(Double(seen * factors[c] / largest[c])) }
      full += clipped[c]
      silentTruth += largest[c] > 0 ? 0 : 1
      guard largestOwn[c] == 0 else { continue }
      silent += 1
      silenced += largest[c] >= LayerArithmetic.silentSteps ? 1 : 0
    }
    return LayerArithmetic(
      layer: layer, rounding: rounding.agreement, alone: alone.agreement,
      accumulated: accumulated.agreement,
      gradientAlone: hasGradients ? gradientAlone.agreement : nil,
      gradient: hasGradients ? gradient.agreement : nil, gramError: gramError,
      clipped: total > 0 ? Double(full) / Double(total) : 0,
      neverActive: (silent, silentTruth), silenced: Double(silenced) / Double(channels),
      reach: most > 0 ? 255 / Double(most) : .infinity,
      channelReach: factors.map { _ in Self.median(of: reaches) },
      meanReach: energy > 0 ? Double(seen) * sum / energy : .infinity,
      worst: LayerArithmetic.Worst(
        channel: place, row: errorRow[place], column: errorColumn[place],
        value: Double(errorValue[place]), reference: Double(errorReference[place])),
      count: total)
  }

  /// The upper of two in the middle; infinite where there is none.
  private static func median(of values: [Double]) -> Double {
    values.isEmpty ? .infinity : values.sorted()[values.count / 2]
  }
}
