internal import CQuantKernels
internal import CSystem
internal import Rows

/// The rate of an instruction set's multiply-accumulate instruction alone: the limit of a convolution.
package enum MultiplyAccumulatePeak {
  /// Measures all threads of a pool at once.
  ///
  /// - Parameters:
  ///   - kernels: the instruction set.
  ///   - isFloat: the Float32 instruction instead of the 8-bit one.
  ///   - pool: the threads that run at once.
  ///   - seconds: about how long each of three rounds takes; the best counts.
  /// - Returns: multiply-accumulates per second.
  package static func measure(
    _ kernels: KernelTable, isFloat: Bool, pool: WorkerPool, seconds: Double = 0.05
  ) -> Double {
    let function = isFloat ? kernels.entries.f32_mac_peak : kernels.entries.u8_mac_peak
    var iterations: Int64 = 1000
    var counted: Int64 = 0
    while true {
      let start = system_monotonic_seconds()
      counted = function(iterations)
      guard system_monotonic_seconds() - start < seconds, iterations < 1 << 40 else { break }
      iterations *= 2
    }
    let work = PeakWork(function: function, iterations: iterations)
    var best = 0.0
    for _ in 0..<3 {
      let start = system_monotonic_seconds()
      pool.run(work, items: pool.threads)
      let elapsed = system_monotonic_seconds() - start
      best = max(best, Double(counted) * Double(pool.threads) / elapsed)
    }
    return best
  }
}

/// One call of the peak loop per item.
private final class PeakWork: ParallelWork {
  private let function: @convention(c) (Int64) -> Int64
  private let iterations: Int64

  init(function: @escaping @convention(c) (Int64) -> Int64, iterations: Int64) {
    self.function = function
    self.iterations = iterations
  }

  override func run(item: Int, worker: Int) {
    _ = function(iterations)
  }
}
