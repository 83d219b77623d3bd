internal import CommandOptions
internal import FileNames

/// The jobs of a batch: those that were known from the start, and pictures that came into its folder.
struct BatchQueue {
  private let options: BatchOptions
  private var folder: PhotoFolder?
  /// All files that the jobs name.
  private var files = NamedFiles(areReadAgain: true)
  /// The content of each result, by the bytes of the result's name.
  private var contents: [[UInt8]: FilePath] = [:]
  /// Jobs so far.
  private(set) var count = 0

  /// A job with its place, and what is wrong with it.
  struct Entry {
    let number: Int
    let job: BatchJob
    /// The reason why it can not be painted; nil where it can.
    let problem: String?
    /// Whether another program had it.
    var wasTaken = false
  }

  init(_ options: BatchOptions) { self.options = options }

  /// The jobs at the start, which fit together.
  ///
  /// - Throws: `Failure` where a line is wrong, or a result would be written over an input or another result.
  mutating func begin() throws(Failure) -> [Entry] {
    guard options.isFolder else {
      let file = try JobFile(options)
      return try fit(file.jobs) { "the result of line \(file.lines[$0])" }
    }
    folder = PhotoFolder(options.source)
    let jobs = try newJobs()
    return try fit(jobs) { "the result of \(jobs[$0].content.lastComponent)" }
  }

  /// The jobs of pictures that came into a watched folder since.
  mutating func more() throws(Failure) -> [Entry] {
    guard options.watchSeconds != nil else { return [] }
    var entries: [Entry] = []
    for job in try newJobs() {
      do throws(UsageError) {
        try add(inputsOf: job)
        try add(resultOf: job, "the result of \(job.content.lastComponent)")
        entries.append(entry(job, nil))
      } catch {
        entries.append(entry(job, error.message))
      }
    }
    return entries
  }

  private mutating func newJobs() throws(Failure) -> [BatchJob] {
    guard var folder else { return [] }
    let shared = options.shared
    let pictures = try folder.look(waits: options.watchSeconds != nil) { shared.warn([$0]) }
    self.folder = folder
    var jobs: [BatchJob] = []
    do throws(UsageError) {
      for picture in pictures { jobs.append(try options.job(content: picture)) }
    } catch {
      throw Failure(error)
    }
    return jobs
  }

  private mutating func fit(
    _ jobs: [BatchJob], _ name: (Int) -> String
  ) throws(Failure) -> [Entry] {
    do throws(UsageError) {
      for job in jobs { try add(inputsOf: job) }
      for (place, job) in jobs.enumerated() { try add(resultOf: job, name(place)) }
    } catch {
      throw Failure(error)
    }
    var entries: [Entry] = []
    for job in jobs { entries.append(entry(job, nil)) }
    return entries
  }

  private mutating func entry(_ job: BatchJob, _ problem: String?) -> Entry {
    count += 1
    return Entry(number: count, job: job, problem: problem)
  }

  private mutating func add(inputsOf job: BatchJob) throws(UsageError) {
    try job.transfer.addInputs(to: &files)
  }

  private mutating func add(resultOf job: BatchJob, _ name: String) throws(UsageError) {
    let key = Array(job.output.bytes)
    if let content = contents[key] {
      // A picture that has changed is painted again.
      if content == job.content, options.isFolder { return }
      throw UsageError(
        "\(name) would be written over that of \(content.lastComponent): \(job.output); give one "
          + "another name")
    }
    contents[key] = job.content
    // The folder may be missing yet; names in it are compared above.
    try files.output(job.output, name)
  }
}
