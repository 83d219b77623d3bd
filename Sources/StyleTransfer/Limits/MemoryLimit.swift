internal import CSystem
public import FileNames

/// The most memory that a process may have, and what says so.
public struct MemoryLimit: Sendable, Equatable {
  /// What sets a limit.
  public enum Source: Sendable, Equatable {
    /// The caller.
    case chosen
    /// What the machine has free, or can free without swapping.
    case free
    /// The control group of this folder.
    case group(FilePath)
    /// `ulimit -v`, of the address space.
    case addressSpace
    /// `ulimit -d`, of private memory.
    case data
    /// The machine promises no more memory than it has (`vm.overcommit_memory` is 2).
    case commitment
  }

  /// Most bytes of the process.
  public let bytes: Int
  /// What sets it.
  public let source: Source

  /// The least of what a caller allows and the system gives.
  ///
  /// - Parameters:
  ///   - chosen: bytes that the caller allows; nil for nine tenths of what is free, to the machine and to the control
  ///     groups of the process.
  ///   - mappings: bytes that will be mapped and hardly used: stacks, files.
  ///   - files: what the system tells.
  init(chosen: Int?, mappings: Int, _ files: SystemFiles = SystemFiles()) {
    let resident = Int(system_resident_bytes())
    var limit: MemoryLimit
    if let chosen {
      limit = MemoryLimit(bytes: chosen, source: .chosen)
    } else {
      limit = Self.free(resident: resident, total: Int(system_total_bytes()), files)
    }
    let growth = max(0, limit.bytes - resident)
    if let room = MappingRoom(atMost: min(growth, .max - mappings) + mappings, files) {
      let bytes = resident + max(0, room.bytes - mappings)
      if bytes < limit.bytes { limit = MemoryLimit(bytes: bytes, source: room.source) }
    }
    self = limit
  }

  /// The limit of this process where the caller allows what the system gives.
  package static var ofProcess: MemoryLimit { MemoryLimit(chosen: nil, mappings: 0) }

  package init(bytes: Int, source: Source) {
    self.bytes = bytes
    self.source = source
  }

  /// Nine tenths of what a process with `resident` bytes could have without swapping, on a machine of `total` bytes.
  package static func free(resident: Int, total: Int, _ files: SystemFiles) -> MemoryLimit {
    var limit = MemoryLimit(bytes: total, source: .free)
    if let available = files.number("/proc/meminfo", after: "MemAvailable:") {
      limit = MemoryLimit(bytes: resident + available * 1024, source: .free)
    }
    if let group = ControlGroups(files).tightest() {
      let bytes = min(group.bytes, resident + group.room)
      if bytes < limit.bytes { limit = MemoryLimit(bytes: bytes, source: .group(group.folder)) }
    }
    return MemoryLimit(bytes: limit.bytes / 10 * 9, source: limit.source)
  }

  /// What sets the limit, in words; nil where the caller knows.
  public var reason: String? {
    switch source {
    case .chosen: nil
    case .free: "nine tenths of what is free"
    case .group(let folder): "nine tenths of what the control group \(folder) leaves"
    case .addressSpace: "ulimit -v"
    case .data: "ulimit -d"
    case .commitment: "vm.overcommit_memory is 2"
    }
  }
}

extension MemoryLimit {
  /// Refuses work that would map more than the system lets this process map, before it is begun.
  ///
  /// - Parameter bytes: what the work maps.
  /// - Throws: `TransferError.unmappable`.
  public static func requireMappable(_ bytes: Int) throws(TransferError) {
    guard let room = MappingRoom(atMost: bytes) else { return }
    throw .unmappable(bytes: bytes, left: MemoryLimit(bytes: room.bytes, source: room.source))
  }
}
