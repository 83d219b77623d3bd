internal import CSystem
internal import Synchronization

/// A condition variable whose threads poll for a while before they sleep.
///
/// A change that threads wait for is made to an atomic value, then `notifyAll()` is called. Without
/// a sleeper that takes no lock.
@safe
final class SpinningCondition: @unchecked Sendable {
  // SAFETY: the pointers are constant, and what they point to is used by the functions of pthread alone.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private let sleepers = Atomic<Int>(0)

  /// Rounds of polling before a thread goes to sleep: tens of microseconds, the gap between stages.
  private static let spinLimit = 4000

  init() {
    unsafe mutex = .allocate(capacity: 1)
    unsafe condition = .allocate(capacity: 1)
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(condition, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  /// Returns once `isTrue` has returned true.
  ///
  /// No change is missed: either the thread that made it sees the sleeper, or the sleeper, which has
  /// announced itself before it looks for the last time, sees the change.
  ///
  /// - Parameter isTrue: loads atomic values, sequentially consistent.
  func wait(until isTrue: () -> Bool) {
    for _ in 0..<Self.spinLimit {
      if isTrue() { return }
      system_spin_pause()
    }
    unsafe pthread_mutex_lock(mutex)
    sleepers.add(1, ordering: .sequentiallyConsistent)
    while !isTrue() { unsafe pthread_cond_wait(condition, mutex) }
    sleepers.subtract(1, ordering: .sequentiallyConsistent)
    unsafe pthread_mutex_unlock(mutex)
  }

  /// Wakes the sleepers, after a sequentially consistent change of what they wait for.
  func notifyAll() {
    guard sleepers.load(ordering: .sequentiallyConsistent) > 0 else { return }
    unsafe pthread_mutex_lock(mutex)
    unsafe pthread_cond_broadcast(condition)
    unsafe pthread_mutex_unlock(mutex)
  }
}
