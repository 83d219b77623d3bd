import CSystem
import QuantVGG
import Rows
import Synchronization
import TestSupport
import Testing

// A hang ends; the time counts from before the tests that a test waits for, in debug builds minutes.
@Suite(.timeLimit(.minutes(30))) struct WorkerPoolTests {
  /// Work that notes in plain memory what ran where.
  private final class Tally: ParallelWork, @unchecked Sendable {
    let runs: UnsafeMutableBufferPointer<Int>
    let inside: UnsafeMutableBufferPointer<Bool>
    let faults = Atomic<Int>(0)

    init(items: Int, threads: Int) {
      runs = .allocate(capacity: items)
      runs.initialize(repeating: 0)
      inside = .allocate(capacity: threads)
      inside.initialize(repeating: false)
    }

    deinit {
      runs.deallocate()
      inside.deallocate()
    }

    override func run(item: Int, worker: Int) {
      guard inside.indices.contains(worker), runs.indices.contains(item), !inside[worker] else {
        faults.add(1, ordering: .relaxed)
        return
      }
      inside[worker] = true
      runs[item] += 1
      if item % 16 == 3 { sched_yield() }
      inside[worker] = false
    }
  }

  @Test(arguments: [1, 2, 3, 5, 8], [0, 1, 2, 3, 7, 64, 1000])
  func everyItemRunsOnce(threads: Int, items: Int) {
    let pool = WorkerPool(threads: threads)
    #expect(pool.threads == threads)
    let tally = Tally(items: items, threads: threads)
    for round in 1...3 {
      pool.run(tally, items: items)
      #expect(tally.runs.allSatisfy { $0 == round })
    }
    #expect(tally.faults.load(ordering: .relaxed) == 0)
  }

  /// Between runs of very different lengths, threads are found polling, falling asleep and asleep.
  @Test func noWakeUpIsLost() {
    final class Pause: ParallelWork {
      var microseconds: UInt32 = 0
      override func run(item: Int, worker: Int) { if item == 1 { usleep(microseconds) } }
    }
    let pool = WorkerPool(threads: 3)
    let (pause, tally) = (Pause(), Tally(items: 5, threads: 3))
    for round in 0..<600 {
      pause.microseconds = UInt32(round % 30) * 20
      pool.run(pause, items: 3)
      pool.run(tally, items: 5)
      if round % 3 == 0 { usleep(UInt32(round % 40) * 10) }
    }
    #expect(tally.runs.allSatisfy { $0 == 600 })
  }

  /// A run that ends before a helper thread has begun to wait, or that never comes.
  @Test func poolsThatLiveShortly() {
    for threads in 1...6 {
      for _ in 0..<20 {
        _ = WorkerPool(threads: threads)
        let tally = Tally(items: 4, threads: threads)
        WorkerPool(threads: threads).run(tally, items: 4)
        #expect(tally.runs.allSatisfy { $0 == 1 })
      }
    }
  }

  /// A caller that has no item left sleeps until the last helper has finished.
  @Test func aWaitingCallerTakesNoProcessorTime() {
    final class LongHelper: ParallelWork, @unchecked Sendable {
      let begun = Atomic<Bool>(false)
      override func run(item: Int, worker: Int) {
        if worker == 0 {
          while !begun.load(ordering: .acquiring) { usleep(1000) }
        } else {
          begun.store(true, ordering: .releasing)
          usleep(400_000)
        }
      }
    }
    let pool = WorkerPool(threads: 2)
    let (start, own) = (system_monotonic_seconds(), threadProcessorSeconds())
    pool.run(LongHelper(), items: 2)
    let used = threadProcessorSeconds() - own
    #expect(system_monotonic_seconds() - start >= 0.4)
    #expect(used < 0.1)
  }

  /// Work that runs more on the same pool from inside an item.
  private final class Nesting: ParallelWork, @unchecked Sendable {
    let pool: WorkerPool
    let items: Int
    init(_ pool: WorkerPool, items: Int) { (self.pool, self.items) = (pool, items) }
    override func run(item: Int, worker: Int) { pool.run(ParallelWork(), items: items) }
  }

  /// Work whose only item waits for another thread's call of the same pool.
  private final class SecondCaller: ParallelWork, @unchecked Sendable {
    let pool: WorkerPool
    init(_ pool: WorkerPool) { self.pool = pool }

    override func run(item: Int, worker: Int) {
      var thread = pthread_t()
      let argument = Unmanaged.passUnretained(pool).toOpaque()
      pthread_create(
        &thread, nil,
        { argument in
          if let argument {
            let pool = Unmanaged<WorkerPool>.fromOpaque(argument).takeUnretainedValue()
            pool.run(ParallelWork(), items: 1)
          }
          return nil
        }, argument)
      pthread_join(thread, nil)
    }
  }

  @Test func nestedCallsTrap() async {
    await #expect(processExitsWith: .failure) {
      let pool = WorkerPool(threads: 1)
      pool.run(Nesting(pool, items: 1), items: 1)
    }
    await #expect(processExitsWith: .failure) {
      let pool = WorkerPool(threads: 2)
      pool.run(Nesting(pool, items: 0), items: 1)
    }
    await #expect(processExitsWith: .failure) {
      let pool = WorkerPool(threads: 2)
      pool.run(Nesting(pool, items: 1), items: 8)
    }
  }

  @Test func secondCallersTrap() async {
    await #expect(processExitsWith: .failure) {
      let pool = WorkerPool(threads: 1)
      pool.run(SecondCaller(pool), items: 1)
    }
    await #expect(processExitsWith: .failure) {
      let pool = WorkerPool(threads: 2)
      pool.run(SecondCaller(pool), items: 2)
    }
  }

  /// The trap is for calls that meet: one after the other, any thread may call.
  @Test func callersMayTakeTurns() async {
    let pool = WorkerPool(threads: 2)
    let tally = Tally(items: 9, threads: 2)
    for _ in 0..<10 {
      await Task.detached { pool.run(tally, items: 9) }.value
    }
    #expect(tally.runs.allSatisfy { $0 == 10 })
  }
}
