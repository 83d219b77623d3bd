/// Work that is split into numbered items which may run at the same time; subclasses say which.
///
/// A class and not a closure: handing it to a pool of threads allocates nothing.
open class ParallelWork {
  /// Creates work without an effect.
  public init() {}

  /// Does one item.
  ///
  /// - Parameters:
  ///   - item: in 0..<items of the run.
  ///   - worker: in 0..<threads; no two items run on the same worker at once.
  open func run(item: Int, worker: Int) {}
}
