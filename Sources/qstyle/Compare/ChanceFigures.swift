internal import QualityReport
internal import StyleTransfer

/// What runs from nearby starts say: how far results of int8 and of float32 lie apart, and how far those of one arithmetic do.
struct ChanceFigures {
  /// Of the results' total costs, from float32 to int8.
  let cost: GroupDifference
  /// Between two results of float32; nil where there is but one.
  let floatDistance: MeanDistance?
  /// Between two results of int8; nil where there is but one.
  let ownDistance: MeanDistance?
  /// Between a result of float32 and one of int8.
  let distance: MeanDistance
  /// The p value of the test that both groups' pictures are alike; nil where there is one of each.
  let probability: Double?

  /// Least p value below which pictures are said to differ more than chance.
  static let level = 0.05

  /// Whether pictures lie no farther apart than chance sets them; nil where there are too few to tell.
  var isPictureWithinChance: Bool? {
    // Below four of each, even groups that are wholly apart have a p value above the level.
    guard let probability, count > 3 else { return nil }
    return probability > Self.level
  }

  /// Runs of each arithmetic.
  let count: Int

  /// Compares both groups.
  ///
  /// - Parameters:
  ///   - float: the runs of float32.
  ///   - own: the runs of int8, as many.
  ///   - distances: of the results of all runs, those of float32 first.
  init(_ float: [RunFigures], _ own: [RunFigures], _ distances: PictureDistances) {
    count = float.count
    cost = GroupDifference(
      from: float.map { $0.result.total }, to: own.map { $0.result.total })
    let (first, second) = (0..<count, count..<2 * count)
    floatDistance = distances.mean(first, first)
    ownDistance = distances.mean(second, second)
    guard let between = distances.mean(first, second) else {
      preconditionFailure("there is a run of each")
    }
    distance = between
    probability =
      count > 1
      ? DistanceTest.probability(count: count) { distances.of($0, $1).dissimilarity } : nil
  }
}

/// Distances of the results of some runs.
struct PictureDistances {
  /// The distance of two pictures.
  struct Pair {
    let meanSquare: Double
    let mean: Double
    /// nil where the pictures are smaller than the window.
    let similarity: Double?

    init(_ a: PixelImage, _ b: PixelImage) {
      let difference = PixelDifference(a, b)
      meanSquare = difference.meanSquare
      mean = difference.mean
      similarity = StructuralSimilarity.mean(a, b)
    }

    /// What the test goes by.
    var dissimilarity: Double { similarity.map { 1 - $0 } ?? meanSquare }
  }

  private let count: Int
  private var pairs: [Pair] = []

  /// Compares all with all, two pictures at a time.
  init(count: Int, picture: (Int) throws(Failure) -> PixelImage) throws(Failure) {
    self.count = count
    for i in 1..<max(1, count) {
      let own = try picture(i)
      for j in 0..<i { pairs.append(Pair(try picture(j), own)) }
    }
  }

  /// The distance of two different runs.
  func of(_ a: Int, _ b: Int) -> Pair {
    let (low, high) = (min(a, b), max(a, b))
    precondition(low < high && high < count)
    return pairs[high * (high - 1) / 2 + low]
  }

  /// The mean over all pairs of a run of `first` and another of `second`; nil where there are none.
  func mean(_ first: Range<Int>, _ second: Range<Int>) -> MeanDistance? {
    var chosen: [Pair] = []
    for i in first {
      for j in second where i < j { chosen.append(of(i, j)) }
    }
    return chosen.isEmpty ? nil : MeanDistance(chosen)
  }
}

/// The mean distance of pairs of pictures.
struct MeanDistance {
  /// nil where the pictures are smaller than the window.
  let similarity: Double?
  /// Of the mean squared difference over all pairs, in decibels.
  let peakSignalToNoise: Double
  /// Grey levels by which a value differs.
  let mean: Double

  init(_ pairs: [PictureDistances.Pair]) {
    let count = Double(pairs.count)
    let similarities = pairs.compactMap { $0.similarity }
    similarity = similarities.isEmpty ? nil : similarities.reduce(0, +) / count
    peakSignalToNoise = PixelDifference.peakSignalToNoise(
      meanSquare: pairs.reduce(0) { $0 + $1.meanSquare } / count)
    mean = pairs.reduce(0) { $0 + $1.mean } / count
  }
}
