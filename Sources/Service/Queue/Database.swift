internal import CService
internal import CSystem
internal import FileNames

/// The reason why a database did not do what was wanted.
struct DatabaseError: Error {
  /// SQLite's number of it.
  let code: Int32

  var description: String {
    switch code & 0xff {
    case SQLITE_BUSY, SQLITE_LOCKED: "another program uses the queue; try again"
    case SQLITE_FULL: "no space is left on the disk; free some"
    case SQLITE_CORRUPT, SQLITE_NOTADB: "the queue's file is damaged"
    case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM: "the queue's file can not be written"
    case SQLITE_IOERR: "the disk can not be read or written"
    default: unsafe String(cString: sqlite3_errstr(code))
    }
  }

  /// The answer to a request that needs the database.
  var response: Response {
    switch code & 0xff {
    case SQLITE_BUSY, SQLITE_LOCKED:
      Response(503, error: description).with("Retry-After", "2")
    case SQLITE_FULL, SQLITE_IOERR: Response(507, error: description)
    default: Response(500, error: description)
    }
  }
}

/// A SQLite database of one process.
///
/// Its journal is a file that is emptied at each commit, and every commit is on the disk before it returns (`synchronous=FULL`): few
/// commits are made, and a power cut at any place leaves the state before or after one of them. A write-ahead log would need
/// a second file to be copied with it, and memory that is mapped.
@safe final class Database {
  private let handle: OpaquePointer

  /// Opens or makes a database.
  init(_ path: FilePath) throws(DatabaseError) {
    var opened: OpaquePointer?
    let code = unsafe path.withCString { name in
      unsafe sqlite3_open_v2(name, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nil)
    }
    guard code == SQLITE_OK, let opened = unsafe opened else {
      unsafe sqlite3_close_v2(opened)
      throw DatabaseError(code: code)
    }
    unsafe handle = opened
    unsafe sqlite3_busy_timeout(handle, 1000)
    try run("PRAGMA synchronous=FULL")
    try run("PRAGMA journal_mode=TRUNCATE")
    try run("PRAGMA cache_size=-512")
    try run("PRAGMA foreign_keys=ON")
  }

  deinit { unsafe sqlite3_close_v2(handle) }

  /// A value of a row or a statement.
  enum Value {
    case none
    case number(Int)
    case real(Double)
    case text(String)

    init(_ number: Int?) { self = number.map { .number($0) } ?? .none }
    init(_ real: Double?) { self = real.map { .real($0) } ?? .none }
    init(_ text: String?) { self = text.map { .text($0) } ?? .none }
  }

  /// A row while it is the present one.
  @safe struct Row {
    fileprivate let statement: OpaquePointer

    private func isNull(_ column: Int) -> Bool {
      unsafe sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL
    }
    func number(_ column: Int) -> Int? {
      isNull(column) ? nil : unsafe Int(sqlite3_column_int64(statement, Int32(column)))
    }
    func real(_ column: Int) -> Double? {
      isNull(column) ? nil : unsafe sqlite3_column_double(statement, Int32(column))
    }
    func text(_ column: Int) -> String? {
      guard let text = unsafe sqlite3_column_text(statement, Int32(column)) else { return nil }
      return unsafe String(cString: text)
    }
  }

  /// Runs a statement, and reads its rows.
  ///
  /// - Parameters:
  ///   - sql: the statement, with a ? for each value.
  ///   - values: the values.
  ///   - row: is given each row.
  /// - Throws: `DatabaseError`.
  func run(
    _ sql: String, _ values: [Value] = [], _ row: (Row) -> Void = { _ in }
  ) throws(DatabaseError) {
    var prepared: OpaquePointer?
    let code = unsafe sqlite3_prepare_v2(handle, sql, -1, &prepared, nil)
    guard code == SQLITE_OK, let statement = unsafe prepared else {
      throw DatabaseError(code: code)
    }
    defer { unsafe sqlite3_finalize(statement) }
    for (index, value) in values.enumerated() {
      let place = Int32(index + 1)
      switch value {
      case .none: unsafe sqlite3_bind_null(statement, place)
      case .number(let number): unsafe sqlite3_bind_int64(statement, place, Int64(number))
      case .real(let real): unsafe sqlite3_bind_double(statement, place, real)
      case .text(let text):
        let bytes = Array(text.utf8)
        unsafe bytes.withUnsafeBytes {
          _ = unsafe service_bind_text(statement, place, $0.baseAddress, $0.count)
        }
      }
    }
    while true {
      let code = unsafe sqlite3_step(statement)
      if code == SQLITE_DONE { return }
      guard code == SQLITE_ROW else { throw DatabaseError(code: code) }
      unsafe row(Row(statement: statement))
    }
  }

  /// Does several things, or none of them.
  func transaction(_ body: () throws(DatabaseError) -> Void) throws(DatabaseError) {
    try run("BEGIN IMMEDIATE")
    do throws(DatabaseError) {
      try body()
      try run("COMMIT")
    } catch {
      try? run("ROLLBACK")
      throw error
    }
  }

  /// The number of the row that was inserted last.
  var lastInserted: Int { unsafe Int(sqlite3_last_insert_rowid(handle)) }
  /// Rows that the last statement has changed.
  var changes: Int { unsafe Int(sqlite3_changes(handle)) }
}
