/// An optimizer that is given the gradient piece by piece, in any order, and updates each piece at once.
///
/// A step is one call of `beginStep` and then one call of `update` for every piece of the parameters;
/// pieces may be updated on several threads at the same time, as they share no state but the step.
public protocol StreamingOptimizer: AnyObject {
  /// Starts the next step.
  func beginStep()

  /// Updates `count` parameters in place.
  ///
  /// - Parameters:
  ///   - values: the parameters `offset..<offset + count`.
  ///   - gradient: the derivative of the loss with respect to them.
  ///   - offset: their place among all parameters.
  ///   - count: how many they are.
  func update(
    _ values: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, offset: Int, count: Int)
}
