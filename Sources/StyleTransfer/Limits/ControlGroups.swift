/// The memory that the control groups of this process leave it, of version 2, version 1 and hybrids.
///
/// A group's limit counts for all groups in it, so the process's own group and all above it are asked, as far up as
/// they are mounted. What files keep in the page cache is in use and can be had at once.
/// See cgroups(7), and Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst of Linux.
package struct ControlGroups {
  /// The limit of a group.
  package struct Limit: Equatable {
    /// The group's folder.
    package let folder: String
    /// Most bytes of all processes in the group.
    package let bytes: Int
    /// Bytes that it can still give.
    package let room: Int
  }

  private let files: SystemFiles

  /// The groups that the files tell of.
  package init(_ files: SystemFiles = SystemFiles()) {
    self.files = files
  }

  /// The limit that leaves the least room; nil where no group has one.
  package func tightest() -> Limit? {
    let groups = memberships()
    var tightest: Limit?
    for mount in mounts() {
      guard let path = mount.isUnified ? groups.unified : groups.memory else { continue }
      let limits = mount.isUnified ? unifiedLimits : memoryLimits
      for limit in limits(mount.folders(of: path)) where limit.room < tightest?.room ?? .max {
        tightest = limit
      }
    }
    return tightest
  }

  // MARK: The process's groups

  /// The groups of the process in the two kinds of hierarchies that can limit memory.
  private func memberships() -> (unified: String?, memory: String?) {
    var groups: (unified: String?, memory: String?)
    for line in files.lines("/proc/self/cgroup") {
      // 4:memory,cpu:/path and 0::/path
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      if parts[0] == "0", parts[1].isEmpty { groups.unified = String(parts[2]) }
      if parts[1].split(separator: ",").contains("memory") { groups.memory = String(parts[2]) }
    }
    return groups
  }

  /// A place where groups are seen as folders.
  private struct Mount {
    let isUnified: Bool
    /// The group that is seen at `point`.
    let group: String
    let point: String

    /// The folders of a group and of all above it, the group's own first.
    func folders(of path: String) -> [String] {
      var inside = Substring()
      if group == "/" {
        inside = path.dropFirst()
      } else if path.hasPrefix(group + "/") {
        inside = path.dropFirst(group.count + 1)
      }
      var parts = inside.split(separator: "/")
      // A group outside the namespace's own: the mount shows one above both.
      if parts.contains("..") { parts = [] }
      return (0...parts.count).map { dropped in
        ([Substring(point == "/" ? "" : point)] + parts.dropLast(dropped)).joined(separator: "/")
      }
    }
  }

  private func mounts() -> [Mount] {
    files.lines("/proc/self/mountinfo").compactMap { line in
      // 36 35 98:0 /group /mnt/point rw,noatime master:1 - cgroup2 source options
      let fields = line.split(separator: " ")
      guard let end = fields.firstIndex(of: "-"), end >= 6, fields.count > end + 1 else {
        return nil
      }
      let isUnified = fields[end + 1] == "cgroup2"
      let options = fields.last?.split(separator: ",") ?? []
      guard isUnified || fields[end + 1] == "cgroup" && options.contains("memory") else {
        return nil
      }
      return Mount(
        isUnified: isUnified, group: Self.plain(fields[3]), point: Self.plain(fields[4]))
    }
  }

  /// A path whose spaces, tabs, line ends and backslashes were written as \040 and so on.
  private static func plain(_ field: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(field.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), rest.count >= 3,
        let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
      else {
        bytes.append(byte)
        continue
      }
      bytes.append(code)
      rest = rest.dropFirst(3)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  // MARK: Limits

  private func unifiedLimits(_ folders: [String]) -> [Limit] {
    folders.compactMap { folder in
      let most = files.number(folder + "/memory.max") ?? .max
      let high = files.number(folder + "/memory.high") ?? .max
      return limit(
        folder, min(most, high), used: "memory.current", cache: ["inactive_file", "active_file"])
    }
  }

  private func memoryLimits(_ folders: [String]) -> [Limit] {
    var limits: [Limit] = []
    for (index, folder) in folders.enumerated() {
      // Before version 2 a group's limit counted for those in it only where it said so.
      if index > 0, files.number(folder + "/memory.use_hierarchy") == 0 { break }
      let own = files.number(folder + "/memory.limit_in_bytes") ?? .max
      // Groups above that are not mounted are known by this alone.
      let above = files.number(folder + "/memory.stat", after: "hierarchical_memory_limit") ?? .max
      let found = limit(
        folder, min(own, above), used: "memory.usage_in_bytes",
        cache: ["total_inactive_file", "total_active_file"])
      if let found { limits.append(found) }
    }
    return limits
  }

  /// No limit of a machine is as large; version 1 writes the largest number of pages for none.
  private static let none = 1 << 60

  private func limit(_ folder: String, _ bytes: Int, used: String, cache: [String]) -> Limit? {
    guard bytes >= 0, bytes < Self.none else { return nil }
    var used = files.number(folder + "/" + used) ?? 0
    for kind in cache { used -= files.number(folder + "/memory.stat", after: kind) ?? 0 }
    return Limit(folder: folder, bytes: bytes, room: max(0, bytes - max(0, used)))
  }
}
