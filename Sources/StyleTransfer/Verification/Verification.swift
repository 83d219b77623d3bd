internal import Optim
internal import Rows
package import QuantVGG

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
  package init<Numbers: LossArithmetic>(
    _ numbers: Numbers, _ reference: ReferenceCase, steps: Int, pool: WorkerPool
  ) throws(TransferError) {
    let optimizer: FirstGradient
    do throws(OptimizerError) {
      optimizer = try FirstGradient(
        rowLength: 3 * reference.start.width, rows: reference.start.height)
    } catch {
      throw TransferError(error)
    }
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
package func score<Numbers: LossArithmetic>(
  _ numbers: Numbers, image: ImageTensor, content: ImageTensor, style: ImageTensor,
  settings: TransferSettings, pool: WorkerPool
) throws(TransferError) -> LossValues {
  let optimizer: Optimizer
  do throws(OptimizerError) {
    // One that changes nothing and remembers nothing.
    optimizer = try Optimizer(rowLength: 3 * image.width, rows: image.height, stateBytes: 0)
  } catch {
    throw TransferError(error)
  }
  let session = try TransferSession(
    numbers, content: content, style: style, start: image, settings: settings,
    optimizer: optimizer, pool: pool)
  return session.evaluate()
}

/// Adam that remembers the gradient of its first step.
private final class FirstGradient: Optimizer {
  private(set) var gradient: [Float]
  private let adam: Adam
  private var steps = 0

  init(rowLength: Int, rows: Int) throws(OptimizerError) {
    gradient = [Float](repeating: 0, count: rowLength * rows)
    adam = try Adam(rowLength: rowLength, rows: rows)
    try super.init(rowLength: rowLength, rows: rows, stateBytes: 0)
  }

  override func beginStep(loss: Double) {
    adam.beginStep(loss: loss)
    steps += 1
  }

  override func receive(
    _ gradient: MemorySlice<Float>, values: MemorySlice<Float>, row: Int
  ) {
    if steps == 1 {
      // Rows come from several threads but do not overlap; the buffer itself stays where it is.
      self.gradient.withUnsafeMutableBufferPointer { buffer in
        for i in 0..<rowLength { buffer[row * rowLength + i] = gradient[i] }
      }
    }
    adam.receive(gradient, values: values, row: row)
  }
}
