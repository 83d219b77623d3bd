internal import QualityReport
internal import StyleTransfer

/// The figures of one run.
struct RunFigures {
  let run: ComparedRun
  let measures: RunFile.Measures
  /// Costs of the kept images by the float32 network.
  var costs: [(step: Int, values: LossValues)] = []
  /// The terms of the result's cost.
  var terms: [TermCost] = []

  /// Costs of the result, which is the last of the kept images.
  var result: LossValues { costs[costs.count - 1].values }

  /// The part of the result's total that the chosen terms have, 0...1.
  func share(_ isChosen: (TermCost) -> Bool) -> Double {
    terms.reduce(0) { $0 + (isChosen($1) ? $1.share(of: result.total) : 0) }
  }
}

extension TermCost {
  var isContent: Bool { name == "content" }
  /// Whether it is measured of activations, and not for the content.
  var isStyle: Bool { layer != nil && !isContent }

  /// The part of a total that the term has.
  func share(of total: Double) -> Double { total == 0 ? 0 : weight * value / total }
}

/// The distance of a run's result from the float32 run's.
struct ResultFigures {
  let run: ComparedRun
  /// (J - J of float32) / J of float32, both by the float32 network.
  var totalChange = 0.0
  var contentChange = 0.0
  var styleChange = 0.0
  /// |G - G of float32| / |G of float32| by style layer, both by the float32 network.
  var gramErrors: [Double] = []
  var difference: PixelDifference?
  var similarity: Double?
  var multiScale: Double?
}

/// The distance of a quantized network from the float network on the same images.
struct NetworkFigures {
  /// Cosine of dJ/dx to the float network's on the quantized run's own images.
  var cosines: [(step: Int, value: Double)] = []
  /// |G - G of the float network| / |G of the float network| of the quantized run's result.
  var gramErrors: [Double] = []
  /// Errors of the gradient with layers in float32, where they were asked for.
  var ranking: LayerRanking?
  /// The arithmetic by itself, on the transfer's pictures and on noise.
  var arithmetic: ArithmeticCheck
}

/// All figures of a report.
struct Figures {
  var float: RunFigures
  /// Float32 from nearby starts.
  var floatNearby: [RunFigures] = []
  var quantized: [RunFigures] = []
  /// By quantized run: the same from nearby starts.
  var quantizedNearby: [[RunFigures]] = []
  /// By quantized run, and by layer that is alone in float32, where pictures rank them.
  var ranked: [[RunFigures]] = []
  var rankedResults: [[ResultFigures]] = []
  /// By quantized run.
  var results: [ResultFigures] = []
  /// By quantized run.
  var networks: [NetworkFigures] = []
  /// By quantized run: what of the difference is chance.
  var chances: [ChanceFigures] = []
  var seeds: [RunFigures] = []
  /// By seed.
  var seedResults: [ResultFigures] = []

  /// The runs of float32 from all nearby starts.
  var floatGroup: [RunFigures] { [float] + floatNearby }
  /// The runs of a quantized network from all nearby starts.
  func group(_ index: Int) -> [RunFigures] { [quantized[index]] + quantizedNearby[index] }

  /// What pictures with a layer of a quantized network in float32 say; nil where there are none.
  func pictureRanking(_ index: Int) -> PictureRanking? {
    guard !ranked[index].isEmpty else { return nil }
    return PictureRanking(
      plain: group(index), result: results[index], ranked[index], rankedResults[index])
  }

  /// The verdict on the arithmetic of the first weights that are wrong, or of the first.
  var verdict: ArithmeticVerdict {
    let verdicts = networks.map { $0.arithmetic.verdict }
    return verdicts.first { !$0.passes } ?? verdicts[0]
  }
}
