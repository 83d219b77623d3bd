public import QuantVGG

/// Whether the arithmetic of int8 weights is right, and if not, the layer to blame.
///
/// What a layer is by itself is judged before what layers add up to, and both in the order of the data flow, so that
/// damage is found where it is and not behind it.
public struct ArithmeticVerdict: Sendable {
  /// A figure outside of its limits.
  public struct Finding: Sendable, Equatable {
    /// The figure.
    public let figure: ArithmeticFigure
    /// The layer that it is of.
    public let layer: LayerName
    /// The figure's value.
    public let value: Double
    /// The output channel that it is of; nil where it is of the whole layer.
    public var channel: Int?
    /// The kind of pooling with which it came up; the weights' own figures come up with the first.
    public let pooling: Pooling
    /// The pictures on which it came up; nil for a figure of the weights or of all pictures.
    public var kind: ArithmeticCheck.Kind?
    /// The least and the greatest value that is right.
    public let limits: ClosedRange<Double>

    /// A figure with its limits.
    fileprivate init(
      _ figure: ArithmeticFigure, _ layer: LayerName, _ value: Double, channel: Int? = nil,
      _ pooling: Pooling, kind: ArithmeticCheck.Kind? = nil, reach: Double = 1, isLast: Bool = false
    ) {
      self.figure = figure
      self.layer = layer
      self.value = value
      self.channel = channel
      self.pooling = pooling
      self.kind = kind
      limits = figure.limits(layer, kind, reach: reach, isLast: isLast)
    }

    /// Whether the value lies between.
    fileprivate var isWithinLimits: Bool { limits.contains(value) }
  }

  /// The first figure that is outside of its limits; nil where there is none.
  public let finding: Finding?

  /// Whether all figures are within their limits.
  public var passes: Bool { finding == nil }

  /// Judges the figures of some kinds of pooling.
  init(_ runs: [ArithmeticCheck.Run]) {
    finding =
      Self.first(runs, Self.weights) ?? Self.first(runs, Self.reach) ?? Self.oddScale(runs)
      ?? Self.first(runs, Self.bias) ?? Self.first(runs, Self.single)
      ?? Self.first(runs, Self.sums)
  }

  /// The first layer with a figure outside of its limits.
  private static func first(
    _ runs: [ArithmeticCheck.Run], _ figures: (ArithmeticCheck.Run, Int) -> [Finding]
  ) -> Finding? {
    for layer in runs[0].weights.indices {
      for run in runs {
        for finding in figures(run, layer) where !finding.isWithinLimits { return finding }
      }
    }
    return nil
  }

  /// What can be said of a layer without a picture.
  private static func weights(_ run: ArithmeticCheck.Run, _ layer: Int) -> [Finding] {
    let weights = run.weights[layer]
    func finding(
      _ figure: ArithmeticFigure, _ value: LayerWeights.ChannelValue
    ) -> Finding {
      Finding(figure, weights.layer, value.value, channel: value.channel, run.pooling)
    }
    return [
      finding(.weightSlope, weights.slope), finding(.weightReach, weights.reach),
      finding(.weightError, weights.error), finding(.worstWeight, weights.worst),
      Finding(.zeroBiases, weights.layer, weights.zeroBiases, run.pooling),
    ]
  }

  /// The layer whose activation scale is farthest from its neighbours', if that is too far: such a one moves its
  /// neighbours' figures, too.
  private static func oddScale(_ runs: [ArithmeticCheck.Run]) -> Finding? {
    var (odd, most) = (Finding?.none, 1.0)
    for run in runs {
      for layer in run.weights.indices {
        let isLast = layer == run.weights.count - 1
        let value = run.beside(layer) { place in
          isLast
            ? run.least(place) { $0.meanReach } : run.least(place) { $0.channelReach ?? .nan }
        }
        guard let value, value.isFinite else { continue }
        let finding = Finding(
          .scaleBesideOthers, run.weights[layer].layer, value, run.pooling, isLast: isLast)
        let distance = max(finding.value, 1 / finding.value)
        if !finding.isWithinLimits, distance > most { (odd, most) = (finding, distance) }
      }
    }
    return odd
  }

  /// How far a layer's activation scale reaches.
  private static func reach(_ run: ArithmeticCheck.Run, _ layer: Int) -> [Finding] {
    [Finding(.reach, run.weights[layer].layer, run.reach(layer), run.pooling)]
  }

  /// A layer's biases, which are counted in steps of its activation scale.
  private static func bias(_ run: ArithmeticCheck.Run, _ layer: Int) -> [Finding] {
    let weights = run.weights[layer]
    func finding(
      _ figure: ArithmeticFigure, _ value: Double, channel: Int? = nil
    ) -> Finding {
      Finding(
        figure, weights.layer, value, channel: channel, run.pooling,
        isLast: layer == run.weights.count - 1)
    }
    let beside = run.beside(layer) { run.weights[$0].biasMove }
    return [
      finding(.bias, weights.bias.value, channel: weights.bias.channel),
      finding(.biasFit, weights.biasFit), finding(.biasBesideOthers, beside ?? 1),
    ]
  }

  /// What a layer does by itself.
  private static func single(_ run: ArithmeticCheck.Run, _ layer: Int) -> [Finding] {
    run.passes.flatMap { (pass) -> [Finding] in
      let figures = pass.layers[layer]
      return findings(run, pass, layer, .alone, figures.alone.decibels)
        + findings(run, pass, layer, .gradientAlone, figures.gradientAlone?.decibels)
        + findings(run, pass, layer, .silenced, figures.silenced)
    }
  }

  /// What the network adds up to at a layer.
  private static func sums(_ run: ArithmeticCheck.Run, _ layer: Int) -> [Finding] {
    run.passes.flatMap { (pass) -> [Finding] in
      let figures = pass.layers[layer]
      return findings(run, pass, layer, .accumulated, figures.accumulated.decibels)
        + findings(run, pass, layer, .gramError, figures.gramError)
        + findings(run, pass, layer, .gradient, figures.gradient?.cosine)
    }
  }

  private static func findings(
    _ run: ArithmeticCheck.Run, _ pass: ArithmeticCheck.Pass, _ layer: Int,
    _ figure: ArithmeticFigure, _ value: Double?
  ) -> [Finding] {
    guard let value else { return [] }
    let figures = pass.layers[layer]
    return [
      Finding(
        figure, figures.layer, value, run.pooling, kind: pass.kind, reach: figures.reach)
    ]
  }
}

extension ArithmeticCheck.Run {
  /// The reach of a layer on all pictures.
  fileprivate func reach(_ layer: Int) -> Double { least(layer) { $0.reach } }

  /// The least of a figure on pictures and on noise.
  fileprivate func least(_ layer: Int, _ figure: (LayerArithmetic) -> Double) -> Double {
    passes.reduce(.infinity) { min($0, figure($1.layers[layer])) }
  }

  /// A layer's number beside the mean of those of the two layers next to it; nil where something is missing.
  fileprivate func beside(_ layer: Int, _ number: (Int) -> Double?) -> Double? {
    let last = weights.count - 1
    guard last >= 2 else { return nil }
    let (before, after) =
      layer == 0 ? (1, 2) : (layer - 1, layer == last ? layer - 2 : layer + 1)
    guard let own = number(layer), let before = number(before), let after = number(after),
      before * after > 0
    else { return nil }
    return own / (before * after).squareRoot()
  }
}
