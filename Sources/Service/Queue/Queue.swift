internal import CSystem
internal import CommandOptions
internal import FileNames

/// Uploads and jobs, in a database.
final class Queue {
  /// Most jobs, those that are over included.
  static let mostJobs = 1000
  /// Most uploads.
  static let mostUploads = 1000

  private let database: Database

  init(_ path: FilePath) throws(DatabaseError) {
    database = try Database(path)
    try database.run(
      """
      CREATE TABLE IF NOT EXISTS uploads (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, use TEXT NOT NULL, bytes INTEGER NOT NULL,
        width INTEGER NOT NULL, height INTEGER NOT NULL, created INTEGER NOT NULL) STRICT
      """)
    try database.run(
      """
      CREATE TABLE IF NOT EXISTS jobs (
        id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT UNIQUE, place INTEGER NOT NULL,
        state TEXT NOT NULL, request TEXT NOT NULL, title TEXT NOT NULL,
        width INTEGER NOT NULL, height INTEGER NOT NULL, scales TEXT NOT NULL, bytes INTEGER NOT NULL,
        forecast REAL NOT NULL, plan TEXT NOT NULL,
        created INTEGER NOT NULL, started INTEGER, ended INTEGER, problem TEXT, step INTEGER, cost REAL,
        seconds REAL, hash TEXT) STRICT
      """)
  }

  private static var now: Int { Int(system_unix_seconds()) }

  // MARK: Uploads

  /// The upload with a number; nil where there is none.
  func upload(_ id: String) throws(DatabaseError) -> Upload? {
    try uploads("WHERE id = ?", [.text(id)]).first
  }

  /// The styles, the program's own first.
  func styles() throws(DatabaseError) -> [Upload] {
    try uploads(
      """
      WHERE use <> 'photo'
        ORDER BY use = 'style', CASE use WHEN 'shipped' THEN name END, created DESC
      """)
  }

  private func uploads(
    _ rest: String, _ values: [Database.Value] = []
  ) throws(DatabaseError) -> [Upload] {
    var found: [Upload] = []
    try database.run("SELECT id, name, use, bytes, width, height FROM uploads " + rest, values) {
      found.append(
        Upload(
          id: $0.text(0) ?? "", name: $0.text(1) ?? "",
          use: Upload.Use(rawValue: $0.text(2) ?? "") ?? .photo, bytes: $0.number(3) ?? 0,
          width: $0.number(4) ?? 0, height: $0.number(5) ?? 0))
    }
    return found
  }

  func uploadCount() throws(DatabaseError) -> Int { try count("uploads") }

  func add(_ upload: Upload) throws(DatabaseError) {
    try database.run(
      "INSERT OR IGNORE INTO uploads VALUES (?, ?, ?, ?, ?, ?, ?)",
      [
        .text(upload.id), .text(upload.name), .text(upload.use.rawValue), .number(upload.bytes),
        .number(upload.width), .number(upload.height), .number(Self.now),
      ])
  }

  func setUse(_ use: Upload.Use, of id: String) throws(DatabaseError) {
    try database.run("UPDATE uploads SET use = ? WHERE id = ?", [.text(use.rawValue), .text(id)])
  }

  /// Styles that came with an earlier program are the user's photos from now on, which go with their last job.
  func retireShipped(but ids: [String]) throws(DatabaseError) {
    for upload in try uploads("WHERE use = 'shipped'") where !ids.contains(upload.id) {
      try setUse(.photo, of: upload.id)
    }
  }

  func removeUpload(_ id: String) throws(DatabaseError) {
    try database.run("DELETE FROM uploads WHERE id = ?", [.text(id)])
  }

  /// Whether a job has the upload.
  func isUsed(_ id: String) throws(DatabaseError) -> Bool {
    try count("jobs WHERE instr(request, ?) > 0", [.text(id)]) > 0
  }

  /// Photos that no job has and that were sent before a day ago.
  func forgottenPhotos() throws(DatabaseError) -> [Upload] {
    try uploads(
      """
      WHERE use = 'photo' AND created < ? AND NOT EXISTS
        (SELECT 1 FROM jobs WHERE instr(jobs.request, uploads.id) > 0)
      """, [.number(Self.now - 86400)])
  }

  private func count(
    _ rest: String, _ values: [Database.Value] = []
  ) throws(DatabaseError) -> Int {
    var count = 0
    try database.run("SELECT count(*) FROM " + rest, values) { count = $0.number(0) ?? 0 }
    return count
  }

  // MARK: Jobs

  /// All jobs: the one that is painted, those that wait in their order, then those that are over, the latest first.
  func jobs() throws(DatabaseError) -> [Job] {
    try jobs(
      """
      ORDER BY CASE state WHEN 'painting' THEN 0 WHEN 'waiting' THEN 1 ELSE 2 END,
        CASE WHEN state IN ('painting', 'waiting') THEN place ELSE -coalesce(ended, 0) END, id DESC
      """)
  }

  func job(_ id: Int) throws(DatabaseError) -> Job? {
    try jobs("WHERE id = ?", [.number(id)]).first
  }

  func job(key: String) throws(DatabaseError) -> Job? {
    try jobs("WHERE key = ?", [.text(key)]).first
  }

  /// The job to paint now: one that was begun, or else the first that waits.
  func nextJob() throws(DatabaseError) -> Job? {
    try jobs("WHERE state IN ('painting', 'waiting') ORDER BY state = 'waiting', place LIMIT 1")
      .first
  }

  func jobCount() throws(DatabaseError) -> Int { try count("jobs") }

  /// Takes a job, at the end of those that wait.
  ///
  /// - Returns: its number.
  func add(_ job: Job) throws(DatabaseError) -> Int {
    try database.run(
      """
      INSERT INTO jobs (key, place, state, request, title, width, height, scales, bytes, forecast,
        plan, created)
      VALUES (?, (SELECT coalesce(max(place), 0) + 1 FROM jobs), 'waiting', ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        Database.Value(job.key), .text(job.request.json.text), .text(job.title),
        .number(job.forecast.width), .number(job.forecast.height),
        .text(job.forecast.scaleText), .number(job.forecast.bytes), .real(job.forecast.seconds),
        .text(job.forecast.plan), .number(Self.now),
      ])
    return database.lastInserted
  }

  /// Records that a job's painting begins.
  func begin(_ id: Int) throws(DatabaseError) {
    try database.run(
      "UPDATE jobs SET state = 'painting', started = ?, ended = NULL, problem = NULL WHERE id = ?",
      [.number(Self.now), .number(id)])
  }

  /// Records how a job has ended.
  func end(_ job: Job) throws(DatabaseError) {
    try database.run(
      """
      UPDATE jobs SET state = ?, ended = ?, problem = ?, step = ?, cost = ?, seconds = ?, hash = ?
      WHERE id = ?
      """,
      [
        .text(job.state.rawValue), .number(Self.now), Database.Value(job.problem),
        Database.Value(job.step), Database.Value(job.cost), Database.Value(job.seconds),
        Database.Value(job.hash), .number(job.id),
      ])
  }

  /// Lets a job that failed or was cancelled wait again, behind the others.
  func retry(_ id: Int) throws(DatabaseError) {
    try database.run(
      """
      UPDATE jobs SET state = 'waiting', problem = NULL, ended = NULL,
        place = (SELECT max(place) + 1 FROM jobs) WHERE id = ?
      """, [.number(id)])
  }

  /// Puts a job that waits before another one that does, or behind all of them.
  func move(_ id: Int, before other: Int?) throws(DatabaseError) {
    var order = try jobs("WHERE state = 'waiting' ORDER BY place").map { $0.id }
    order.removeAll { $0 == id }
    let place = other.flatMap { other in order.firstIndex { $0 == other } } ?? order.count
    order.insert(id, at: place)
    try database.transaction { () throws(DatabaseError) in
      for (place, id) in order.enumerated() {
        try database.run(
          "UPDATE jobs SET place = ? WHERE id = ?", [.number(place + 1), .number(id)])
      }
    }
  }

  func removeJob(_ id: Int) throws(DatabaseError) {
    try database.run("DELETE FROM jobs WHERE id = ?", [.number(id)])
  }

  private func jobs(
    _ rest: String, _ values: [Database.Value] = []
  ) throws(DatabaseError) -> [Job] {
    var found: [Job] = []
    try database.run(
      """
      SELECT id, key, state, request, title, width, height, scales, bytes, forecast, plan, created,
        started, ended, problem, step, cost, seconds, hash FROM jobs
      """ + " " + rest, values
    ) { row in
      var job = Job()
      job.id = row.number(0) ?? 0
      job.key = row.text(1)
      job.state = Job.State(rawValue: row.text(2) ?? "") ?? .failed
      job.request = (try? JobRequest(Array((row.text(3) ?? "").utf8))) ?? JobRequest()
      job.title = row.text(4) ?? ""
      job.forecast = Job.Forecast(
        width: row.number(5) ?? 0, height: row.number(6) ?? 0,
        scales: Job.Forecast.scales(row.text(7) ?? ""), bytes: row.number(8) ?? 0,
        seconds: row.real(9) ?? 0, plan: row.text(10) ?? "")
      job.created = row.number(11) ?? 0
      job.started = row.number(12)
      job.ended = row.number(13)
      job.problem = row.text(14)
      job.step = row.number(15)
      job.cost = row.real(16)
      job.seconds = row.real(17)
      job.hash = row.text(18)
      found.append(job)
    }
    return found
  }
}
