internal import CSystem
internal import Synchronization

/// Work that is split into numbered items which may run at the same time.
///
/// A class and not a closure: handing it to the pool allocates nothing.
open class ParallelWork {
  /// Creates work.
  public init() {}

  /// Does one item.
  ///
  /// - Parameters:
  ///   - item: in 0..<items of the `WorkerPool.run` call.
  ///   - worker: in 0..<threads; no two items run on the same worker at once.
  open func run(item: Int, worker: Int) {}
}

/// A fixed set of POSIX threads that run the items of one `ParallelWork` at a time, for one caller at
/// a time.
///
/// The calling thread takes part as worker 0. Which worker runs which item differs from run to run,
/// so items must not depend on each other, and nothing is reduced across workers in floating point.
public final class WorkerPool: @unchecked Sendable {
  /// Threads that share the work, the caller's included.
  public let threads: Int

  private let generation = Atomic<Int>(0)
  private let nextItem = Atomic<Int>(0)
  private let busy = Atomic<Int>(0)
  private let sleeping = Atomic<Int>(0)
  private let stopping = Atomic<Bool>(false)
  private unowned(unsafe) var work: ParallelWork
  private var items = 0
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let wakeUp: UnsafeMutablePointer<pthread_cond_t>
  private var helpers: [pthread_t] = []
  private let idle = ParallelWork()

  /// Processors that this process may run on.
  public static var processors: Int { Int(system_processor_count()) }

  /// Starts `threads - 1` helper threads.
  ///
  /// - Parameter threads: at least 1; where the system gives fewer threads, the pool uses those.
  public init(threads: Int = WorkerPool.processors) {
    precondition(threads >= 1)
    mutex = .allocate(capacity: 1)
    wakeUp = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wakeUp, nil)
    work = idle
    var started = [pthread_t]()
    let starts = (1..<max(threads, 1)).map { HelperStart(worker: $0) }
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
    generation.add(1, ordering: .releasing)
    wakeSleepers(always: true)
    for helper in helpers { pthread_join(helper, nil) }
    pthread_cond_destroy(wakeUp)
    pthread_mutex_destroy(mutex)
    wakeUp.deallocate()
    mutex.deallocate()
  }

  /// Runs `work.run(item:worker:)` for every item and returns when all are done.
  ///
  /// Called from one thread at a time, and not from inside an item.
  public func run(_ work: ParallelWork, items: Int) {
    guard items > 1, threads > 1 else {
      for item in 0..<items { work.run(item: item, worker: 0) }
      return
    }
    self.work = work
    self.items = items
    nextItem.store(0, ordering: .relaxed)
    busy.store(threads - 1, ordering: .relaxed)
    generation.add(1, ordering: .sequentiallyConsistent)
    wakeSleepers(always: false)
    takeItems(worker: 0)
    var spins = 0
    while busy.load(ordering: .acquiring) > 0 {
      spins += 1
      if spins > Self.spinLimit { sched_yield() } else { system_spin_pause() }
    }
    self.work = idle
  }

  /// Rounds of polling before a thread goes to sleep: tens of microseconds, the gap between stages.
  private static let spinLimit = 4000

  private func takeItems(worker: Int) {
    while true {
      let item = nextItem.add(1, ordering: .relaxed).oldValue
      guard item < items else { return }
      work.run(item: item, worker: worker)
    }
  }

  private func wakeSleepers(always: Bool) {
    guard always || sleeping.load(ordering: .sequentiallyConsistent) > 0 else { return }
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(wakeUp)
    pthread_mutex_unlock(mutex)
  }

  /// The life of a helper thread: wait for the next generation of work, take items, report.
  fileprivate func serve(worker: Int) {
    var seen = 0
    while true {
      waitForGeneration(after: seen)
      seen += 1
      if stopping.load(ordering: .acquiring) { return }
      takeItems(worker: worker)
      busy.subtract(1, ordering: .releasing)
    }
  }

  private func waitForGeneration(after seen: Int) {
    for _ in 0..<Self.spinLimit {
      if generation.load(ordering: .acquiring) != seen { return }
      system_spin_pause()
    }
    pthread_mutex_lock(mutex)
    sleeping.add(1, ordering: .sequentiallyConsistent)
    while generation.load(ordering: .sequentiallyConsistent) == seen {
      pthread_cond_wait(wakeUp, mutex)
    }
    sleeping.subtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(mutex)
  }
}

/// What a new helper thread is given: its number, and the pool once that is complete.
private final class HelperStart: @unchecked Sendable {
  private let worker: Int
  private let pool = Atomic<UnsafeMutableRawPointer?>(nil)

  init(worker: Int) {
    self.worker = worker
  }

  /// Starts the thread, which waits for `release`; nil where the system has none to give.
  func launch() -> pthread_t? {
    let argument = Unmanaged.passRetained(self).toOpaque()
    var thread = pthread_t()
    let status = pthread_create(&thread, nil, { runHelper($0) }, argument)
    guard status == 0 else {
      Unmanaged<HelperStart>.fromOpaque(argument).release()
      return nil
    }
    return thread
  }

  /// Lets the thread serve `pool`, which it does not retain: the pool joins it before it goes.
  func release(into pool: WorkerPool) {
    self.pool.store(Unmanaged.passUnretained(pool).toOpaque(), ordering: .releasing)
  }

  func serve() {
    while true {
      if let address = pool.load(ordering: .acquiring) {
        let pool = Unmanaged<WorkerPool>.fromOpaque(address)
        pool._withUnsafeGuaranteedRef { $0.serve(worker: worker) }
        return
      }
      sched_yield()
    }
  }
}

private func runHelper(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  if let argument {
    Unmanaged<HelperStart>.fromOpaque(argument).takeRetainedValue().serve()
  }
  return nil
}
