internal import CommandOptions

/// A picture to paint, and what has become of it.
struct Job {
  /// The states of a job.
  enum State: String, CaseIterable {
    case waiting, painting, done, failed, cancelled

    /// Whether nothing more happens to it by itself.
    var isOver: Bool { self != .waiting && self != .painting }
  }

  /// What a plan has told of a job before it was taken.
  struct Forecast {
    var width = 0
    var height = 0
    /// Steps of each scale, and its share of the time.
    var scales: [(steps: Int, share: Double)] = []
    /// Peak memory.
    var bytes = 0
    /// Seconds of all steps.
    var seconds = 0.0
    /// The name of the memory plan.
    var plan = ""

    var steps: Int { scales.reduce(0) { $0 + $1.steps } }
  }

  /// Its number, which is given once.
  var id = 0
  /// What its client has called it, so that it is taken once.
  var key: String?
  var state = State.waiting
  /// What is painted of what, by numbers of uploads.
  var request = JobRequest()
  /// The content's name.
  var title = ""
  var forecast = Forecast()
  /// Seconds since 1970.
  var created = 0
  var started: Int?
  var ended: Int?
  /// Why it has failed.
  var problem: String?
  /// Steps that were made, and the cost after them.
  var step: Int?
  var cost: Double?
  /// Seconds of the painting program, since it last began.
  var seconds: Double?
  /// Hash of the result's values.
  var hash: String?
}

extension Job.Forecast {
  /// "300:0.2,100:0.8", as the queue keeps it.
  var scaleText: String { scales.map { "\($0.steps):\($0.share)" }.joined(separator: ",") }

  /// The scales of such a text.
  static func scales(_ text: String) -> [(steps: Int, share: Double)] {
    text.split(separator: ",").compactMap { part in
      let words = part.split(separator: ":")
      guard words.count == 2, let steps = Int(words[0]), let share = parseNumber(String(words[1]))
      else { return nil }
      return (steps, share)
    }
  }
}
