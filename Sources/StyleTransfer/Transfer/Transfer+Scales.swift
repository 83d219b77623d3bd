internal import ImageIO
internal import QuantVGG

extension Transfer {
  /// A size at which a transfer is painted before its own, and how long.
  public struct Scale: Sendable, Equatable {
    /// Longer side of the picture, at least 1.
    public var longerSide: Int
    /// Steps, at least 1.
    public var steps: Int

    /// A scale.
    ///
    /// - Parameters:
    ///   - longerSide: of the picture, at least 1.
    ///   - steps: at least 1.
    public init(longerSide: Int, steps: Int) {
      self.longerSide = longerSide
      self.steps = steps
    }
  }

  /// The transfer at each of its scales, `coarse` and then its own, as transfers of one scale.
  ///
  /// Each size is computed from the pictures' own, and all advance along the same side.
  public var scales: [Transfer] {
    (0...coarse.count).map { scale($0) }
  }

  /// Steps of all scales.
  public var allSteps: Int { coarse.reduce(steps) { $0 + $1.steps } }

  /// The transfer at one of its scales.
  ///
  /// - Parameter place: in `scales`.
  /// - Returns: a transfer of one scale.
  func scale(_ place: Int) -> Transfer {
    guard !coarse.isEmpty else { return self }
    var transfer = self
    transfer.coarse = []
    transfer.walk = isTransposed ? .columns : .rows
    if place < coarse.count {
      transfer.longerSide = coarse[place].longerSide
      transfer.steps = coarse[place].steps
      transfer.hasNext = true
      // Files stand for a style as the result has it.
      transfer.savedStyle = nil
    }
    if place > 0 {
      let size = scale(place - 1).resultSize
      transfer.earlier = EarlierScale(size: engineSize(size))
      transfer.nearbySeed = nil
    }
    return transfer
  }

  /// A transfer of one scale that starts from the image of the one before.
  func following(_ image: ScaleImage) -> Transfer {
    var transfer = self
    transfer.earlier?.image = image
    return transfer
  }

  /// Refuses scales that do not grow.
  func checkScales() throws(TransferError) {
    let sides = scales.map { max($0.resultSize.width, $0.resultSize.height) }
    for place in coarse.indices
    where coarse[place].longerSide > sides[place] || sides[place] >= sides[place + 1] {
      throw .scaleTooLarge(coarse[place].longerSide, size: resultSize)
    }
  }
}

/// The scale before another one.
struct EarlierScale {
  /// Of its image, in the engine's rows.
  let size: ImageSize
  /// nil where the next scale is planned, or goes on from a checkpoint.
  var image: ScaleImage?

  /// Bytes in memory of what is kept of its image.
  func keptBytes(_ plan: MemoryPlan) -> Int {
    let rows = plan.spills ? min(plan.network.chunkRows, size.height) : size.height
    return ImageSize(width: size.width, height: rows).imageBytes
  }
}

extension ImageSize {
  /// Bytes of an image of Float32 RGB.
  var imageBytes: Int { 3 * pixelCount * MemoryLayout<Float>.stride }
}

extension Transfer {
  /// The least longer side of a result that the command paints from coarse to fine unasked: a smaller one is seen
  /// whole enough by the network.
  public static let leastScaledSide = 512
  /// Steps at the first of several scales, where nothing else is asked for.
  public static let coarseSteps = 100
  /// Steps at each later scale.
  public static let fineSteps = 50

  /// Sets the scales before the transfer's own and the steps of all, by what was found best by measurement.
  ///
  /// The steps before the last scale do not depend on those of the last, so that a finished run may be gone on with.
  ///
  /// - Parameters:
  ///   - sides: longer sides of the scales; nil halves that of the result until it is below `leastScaledSide`.
  ///   - steps: at the last scale; nil for `fineSteps`, or as they are where there is no other scale.
  public mutating func paintCoarseToFine(through sides: [Int]? = nil, steps: Int? = nil) {
    let sides = sides ?? halvedSides
    self.steps = steps ?? (sides.isEmpty ? self.steps : Self.fineSteps)
    coarse = sides.enumerated().map { place, side in
      Scale(longerSide: side, steps: place == 0 ? Self.coarseSteps : Self.fineSteps)
    }
  }

  private var halvedSides: [Int] {
    var sides: [Int] = []
    var side = max(resultSize.width, resultSize.height)
    while side >= Self.leastScaledSide {
      side /= 2
      sides.insert(side, at: 0)
    }
    return sides
  }
}
