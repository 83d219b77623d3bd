internal import Optim
public import QuantVGG

/// How far a run of this build is from a reference case.
public struct Verification: Sendable {
  /// Costs of the start image.
  public var start: LossValues
  /// |X - reference| / |reference| of the start image's total, content and style cost; nil where
  /// the reference is 0.
  public var startErrors: (total: Double?, content: Double?, style: Double?)
  /// Cosine between dJ/dx and the reference's.
  public var gradientCosine: Double
  /// |g - reference| / |reference| in the Euclidean norm.
  public var gradientError: Double
  /// Steps of Adam that were run.
  public var steps: Int
  /// The total cost after them, by the arithmetic that ran.
  public var end: LossValues
  /// The image after them.
  public var image: ImageTensor

  /// Runs `steps` steps of the article's Adam from the case's start image.
  ///
  /// - Parameters:
  ///   - numbers: with the case's pooling, to the deepest layer of its losses.
  ///   - reference: the case.
  ///   - steps: at most as many as the case's trajectory has.
  ///   - pool: the threads.
  /// - Throws: `TransferError`.
  public init<Numbers: Arithmetic>(
    _ numbers: Numbers, _ reference: ReferenceCase, steps: Int, pool: WorkerPool
  ) throws(TransferError) {
    let optimizer = FirstGradient(count: reference.start.values.count)
    let session = try TransferSession(
      numbers, content: reference.content, style: reference.style, start: reference.start,
      settings: reference.settings, optimizer: optimizer, pool: pool)
    start = session.step()
    for _ in 1..<max(steps, 1) { session.step() }
    self.steps = max(steps, 1)
    end = session.evaluate()
    image = session.tensor
    let truth = reference.trajectory[0]
    startErrors = (
      Self.relative(start.total, truth.total), Self.relative(start.content, truth.content),
      Self.relative(start.style, truth.style)
    )
    var (dot, own, other, difference) = (0.0, 0.0, 0.0, 0.0)
    for (a, b) in zip(optimizer.gradient, reference.gradient) {
      let (a, b) = (Double(a), Double(b))
      dot += a * b
      own += a * a
      other += b * b
      difference += (a - b) * (a - b)
    }
    gradientCosine = dot / (own * other).squareRoot()
    gradientError = (difference / other).squareRoot()
  }

  /// |value - reference| / |reference|, nil where the reference is 0.
  public static func relative(_ value: Double, _ reference: Double) -> Double? {
    reference == 0 ? nil : abs(value - reference) / abs(reference)
  }
}

/// The costs of an image, without a step.
///
/// - Throws: `TransferError`.
public func score<Numbers: Arithmetic>(
  _ numbers: Numbers, image: ImageTensor, content: ImageTensor, style: ImageTensor,
  settings: TransferSettings, pool: WorkerPool
) throws(TransferError) -> LossValues {
  let session = try TransferSession(
    numbers, content: content, style: style, start: image, settings: settings,
    optimizer: Adam(count: image.values.count), pool: pool)
  return session.evaluate()
}

/// Adam that remembers the gradient of its first step.
private final class FirstGradient: StreamingOptimizer {
  private(set) var gradient: [Float]
  private let adam: Adam

  init(count: Int) {
    gradient = [Float](repeating: 0, count: count)
    adam = Adam(count: count)
  }

  func beginStep() {
    adam.beginStep()
  }

  func update(
    _ values: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, offset: Int, count: Int
  ) {
    if adam.steps == 1 {
      // Rows come from several threads but do not overlap; the buffer itself stays where it is.
      self.gradient.withUnsafeMutableBufferPointer { buffer in
        for i in 0..<count { buffer[offset + i] = gradient[i] }
      }
    }
    adam.update(values, gradient: gradient, offset: offset, count: count)
  }
}
