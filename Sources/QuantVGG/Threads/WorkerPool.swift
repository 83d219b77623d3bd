internal import CSystem
package import Rows
internal import Synchronization

/// A fixed set of threads that one transfer at a time computes with.
///
/// Threads are started once and wait between two uses; they end with the pool. Transfers that run one
/// after the other may share a pool, transfers that run at the same time have one each: a second
/// caller at the same time stops the program.
///
/// The calling thread takes part as worker 0. Which worker does which part differs from run to run,
/// so parts do not depend on each other, and nothing is reduced across workers in floating point.
public final class WorkerPool: @unchecked Sendable {
  // SAFETY: `work` and `items` are the only state that changes without being atomic. They belong to the
  // caller that took `isTaken`; helpers read them between the change of `generation` that publishes them
  // and their own subtraction from `busy`, which the caller awaits before it writes again or returns.
  // `helpers` is written in `init`, before a helper knows the pool.

  /// Threads that share the work, the caller's included.
  public let threads: Int

  private let isTaken = Atomic<Bool>(false)
  private let generation = Atomic<Int>(0)
  private let nextItem = Atomic<Int>(0)
  private let busy = Atomic<Int>(0)
  private let stopping = Atomic<Bool>(false)
  private let begun = SpinningCondition()
  private let finished = SpinningCondition()
  private unowned(unsafe) var work: ParallelWork
  private var items = 0
  private var helpers: [pthread_t] = []
  private let idle = ParallelWork()

  /// Bytes of a helper's stack, most of which stay untouched.
  package static let stackBytes = 1 << 20

  /// Processors that this process may run on.
  public static var processors: Int { Int(system_processor_count()) }

  /// Starts `threads - 1` helper threads; the caller's is the first.
  ///
  /// - Parameter threads: at least 1; where the system gives fewer threads, the pool uses those.
  public init(threads: Int = WorkerPool.processors) {
    precondition(threads >= 1)
    unsafe work = idle
    var started = [pthread_t]()
    let starts = (1..<threads).map { HelperStart(worker: $0) }
    for start in starts {
      guard let thread = start.launch() else { break }
      started.append(thread)
    }
    self.threads = started.count + 1
    helpers = started
    for start in starts.prefix(started.count) { start.release(into: self) }
  }

  deinit {
    stopping.store(true, ordering: .releasing)
    begin()
    for helper in helpers { pthread_join(helper, nil) }
  }

  /// Runs `work.run(item:worker:)` for every item and returns when all are done.
  ///
  /// What the items wrote is visible to the caller then.
  ///
  /// - Precondition: no other call is under way: not from another thread, not from inside an item.
  package func run(_ work: ParallelWork, items: Int) {
    let (isFree, _) = isTaken.compareExchange(expected: false, desired: true, ordering: .acquiring)
    precondition(isFree, "the pool runs another caller's work: give each session a pool of its own")
    defer { isTaken.store(false, ordering: .releasing) }
    guard items > 1, threads > 1 else {
      for item in 0..<items { work.run(item: item, worker: 0) }
      return
    }
    unsafe self.work = work
    self.items = items
    nextItem.store(0, ordering: .relaxed)
    busy.store(threads - 1, ordering: .relaxed)
    begin()
    takeItems(worker: 0)
    finished.wait { busy.load(ordering: .sequentiallyConsistent) == 0 }
    unsafe self.work = idle
  }

  private func takeItems(worker: Int) {
    while true {
      let item = nextItem.add(1, ordering: .relaxed).oldValue
      guard item < items else { return }
      unsafe work.run(item: item, worker: worker)
    }
  }

  /// Publishes what was written before to the helpers.
  private func begin() {
    generation.add(1, ordering: .sequentiallyConsistent)
    begun.notifyAll()
  }

  /// The life of a helper thread: wait for the next generation of work, take items, report.
  fileprivate func serve(worker: Int) {
    var seen = 0
    while true {
      begun.wait { generation.load(ordering: .sequentiallyConsistent) != seen }
      seen += 1
      if stopping.load(ordering: .acquiring) { return }
      takeItems(worker: worker)
      if busy.subtract(1, ordering: .sequentiallyConsistent).newValue == 0 { finished.notifyAll() }
    }
  }
}

/// The argument of a new helper thread: its number, and the pool once that is complete.
@safe
private final class HelperStart: @unchecked Sendable {
  // SAFETY: the pool's address is written once and read by the helper alone; the pool joins the helper before
  // it goes.

  private let worker: Int
  private let pool = unsafe Atomic<UnsafeMutableRawPointer?>(nil)

  init(worker: Int) {
    self.worker = worker
  }

  /// Starts the thread, which waits for `release`; nil where the system has none to give.
  func launch() -> pthread_t? {
    let argument = unsafe Unmanaged.passRetained(self).toOpaque()
    var thread = pthread_t()
    let status = unsafe system_start_thread(
      &thread, WorkerPool.stackBytes, { unsafe runHelper($0) }, unsafe argument)
    guard status == 0 else {
      unsafe Unmanaged<HelperStart>.fromOpaque(argument).release()
      return nil
    }
    return thread
  }

  /// Lets the thread serve `pool`, which it does not retain: the pool joins it before it goes.
  func release(into pool: WorkerPool) {
    unsafe self.pool.store(Unmanaged.passUnretained(pool).toOpaque(), ordering: .releasing)
  }

  func serve() {
    while true {
      if let address = unsafe pool.load(ordering: .acquiring) {
        let pool = unsafe Unmanaged<WorkerPool>.fromOpaque(address)
        unsafe pool._withUnsafeGuaranteedRef { $0.serve(worker: worker) }
        return
      }
      sched_yield()
    }
  }
}

private func runHelper(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  if let argument = unsafe argument {
    unsafe Unmanaged<HelperStart>.fromOpaque(argument).takeRetainedValue().serve()
  }
  return nil
}
