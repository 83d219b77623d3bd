internal import CSystem
internal import CommandOptions
internal import FileNames

/// Short children, one after the other: they look at uploads and make plans.
///
/// While a job is painted, uploads take a thirty-third of the time, after a few at once: who sends many
/// photos waits for them, not the painting.
final class Checks {
  private struct Check {
    let words: [FilePath]
    let flushed: FilePath?
    let done: (Child?, Child.End) -> Void
  }

  /// Most checks of a kind, uploads or plans, that wait.
  static let most = 32
  /// Seconds after which one is ended.
  private static let patience = 120.0
  /// The share of a painting's time that uploads take, and for how many seconds they may be ahead of it.
  private static let share = 1.0 / 33
  private static let lead = 2.0

  private let folder: DataFolder
  private var waiting: [Check] = []
  private var running: (check: Check, child: Child, begin: Double)?
  private var count = 0
  /// Seconds that uploads may take now; none begins where they are used up.
  private var credit = Checks.lead
  private var credited = 0.0
  /// Whether a job is painted.
  var isPainting: () -> Bool = { false }

  init(_ folder: DataFolder) { self.folder = folder }

  /// Whether there is no room for another upload or, which never wait for uploads' time, another plan.
  func isFull(ofUploads: Bool) -> Bool {
    waiting.count { ($0.flushed != nil) == ofUploads } >= Self.most
  }

  /// Runs a command when it is its turn.
  ///
  /// - Parameters:
  ///   - words: the command.
  ///   - flushed: a file that is brought onto the disk before.
  ///   - done: gets the child, whose outputs are removed after that, and how it has ended; nil where it could not be started.
  func run(
    _ words: [FilePath], flushed: FilePath? = nil, done: @escaping (Child?, Child.End) -> Void
  ) {
    waiting.append(Check(words: words, flushed: flushed, done: done))
    next()
  }

  private func next() {
    while running == nil, let place = waiting.firstIndex(where: { mayBegin($0) }) {
      let check = waiting.remove(at: place)
      count += 1
      guard
        let child = Child(
          check.words, output: folder.temporary("check-\(count)"), flushed: check.flushed,
          niceness: 2)
      else {
        check.done(nil, Child.End(0))
        continue
      }
      running = (check, child, Console.seconds)
    }
  }

  private func mayBegin(_ check: Check) -> Bool { check.flushed == nil || credit > 0 }

  /// Takes the end of a child; false where it is none of these.
  func didEnd(_ process: Int32, _ end: Child.End) -> Bool {
    guard let ended = running, ended.child.process == process else { return false }
    running = nil
    if ended.check.flushed != nil { credit -= Console.seconds - ended.begin }
    ended.check.done(ended.child, end)
    ended.child.removeOutputs()
    next()
    return true
  }

  /// Ends what takes too long, and begins what has waited for its time.
  func tick() {
    let passed = Console.seconds - credited
    credited += passed
    credit = isPainting() ? min(Self.lead, credit + Self.share * passed) : Self.lead
    next()
    guard let running else { return }
    if Console.seconds - running.begin > Self.patience || running.child.isTooLoud {
      running.child.signal(SIGKILL)
    }
  }

  /// Ends what runs, and forgets the rest.
  func stop() {
    waiting = []
    running?.child.signal(SIGKILL)
  }
}
