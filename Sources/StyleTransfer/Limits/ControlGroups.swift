package import FileNames

/// The memory that the control groups of this process leave it, of version 2, version 1 and hybrids.
///
/// A group's limit counts for all groups in it, so the process's own group and all above it are asked, as far up as
/// they are mounted. What files keep in the page cache is in use and can be had at once.
/// See cgroups(7), and Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst of Linux.
package struct ControlGroups {
  /// The limit of a group.
  package struct Limit: Equatable {
    /// The group's folder.
    package let folder: FilePath
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
  private func memberships() -> (unified: SystemFiles.Text?, memory: SystemFiles.Text?) {
    var groups: (unified: SystemFiles.Text?, memory: SystemFiles.Text?)
    for line in files.lines("/proc/self/cgroup") {
      // 4:memory,cpu:/path and 0::/path
      let colon = UInt8(ascii: ":")
      let parts = line.split(separator: colon, maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      if parts[0].reads("0"), parts[1].isEmpty { groups.unified = parts[2] }
      if Self.lists(parts[1], "memory") { groups.memory = parts[2] }
    }
    return groups
  }

  /// Whether a word is one of those between commas.
  private static func lists(_ words: SystemFiles.Text, _ word: String) -> Bool {
    words.parts(at: ",").contains { $0.reads(word) }
  }

  /// A place where groups are seen as folders.
  private struct Mount {
    let isUnified: Bool
    /// The group that is seen at `point`.
    let group: SystemFiles.Text
    let point: FilePath

    /// The folders of a group and of all above it, the group's own first.
    func folders(of path: SystemFiles.Text) -> [FilePath] {
      let top = group.reads("/") ? 0 : group.count
      let isBelow =
        path.starts(with: group.prefix(top)) && path.dropFirst(top).first == UInt8(ascii: "/")
      var parts = isBelow ? path.dropFirst(top).parts(at: "/") : []
      // A group outside the namespace's own: the mount shows one above both.
      if parts.contains(where: { $0.reads("..") }) { parts = [] }
      var folders = [point]
      for part in parts {
        folders.append(folders[folders.count - 1].appending(FilePath(bytes: part)))
      }
      return folders.reversed()
    }
  }

  private func mounts() -> [Mount] {
    files.lines("/proc/self/mountinfo").compactMap { line in
      // 36 35 98:0 /group /mnt/point rw,noatime master:1 - cgroup2 source options
      let fields = line.parts(at: " ")
      guard let end = fields.firstIndex(where: { $0.reads("-") }), end >= 6, fields.count > end + 1
      else { return nil }
      let isUnified = fields[end + 1].reads("cgroup2")
      guard
        isUnified
          || fields[end + 1].reads("cgroup") && Self.lists(fields[fields.count - 1], "memory")
      else { return nil }
      return Mount(
        isUnified: isUnified, group: Self.plain(fields[3]),
        point: FilePath(bytes: Self.plain(fields[4])))
    }
  }

  /// A path whose spaces, tabs, line ends and backslashes were written as \040 and so on.
  private static func plain(_ field: SystemFiles.Text) -> SystemFiles.Text {
    var bytes: [UInt8] = []
    var rest = field
    while let byte = rest.popFirst() {
      let digits = rest.prefix(3)
      let isCode = digits.count == 3 && digits.allSatisfy { $0 & 0xf8 == UInt8(ascii: "0") }
      guard byte == UInt8(ascii: "\\"), isCode else {
        bytes.append(byte)
        continue
      }
      bytes.append(digits.reduce(0) { $0 << 3 | $1 & 7 })
      rest = rest.dropFirst(3)
    }
    return bytes[...]
  }

  // MARK: Limits

  private func unifiedLimits(_ folders: [FilePath]) -> [Limit] {
    folders.compactMap { folder in
      let most = files.number(folder.appending("memory.max")) ?? .max
      let high = files.number(folder.appending("memory.high")) ?? .max
      return limit(
        folder, min(most, high), used: "memory.current", cache: ["inactive_file", "active_file"])
    }
  }

  private func memoryLimits(_ folders: [FilePath]) -> [Limit] {
    var limits: [Limit] = []
    for (index, folder) in folders.enumerated() {
      // Before version 2 a group's limit counted for those in it only where it said so.
      if index > 0, files.number(folder.appending("memory.use_hierarchy")) == 0 { break }
      let own = files.number(folder.appending("memory.limit_in_bytes")) ?? .max
      // Groups above that are not mounted are known by this alone.
      let above =
        files.number(folder.appending("memory.stat"), after: "hierarchical_memory_limit") ?? .max
      let found = limit(
        folder, min(own, above), used: "memory.usage_in_bytes",
        cache: ["total_inactive_file", "total_active_file"])
      if let found { limits.append(found) }
    }
    return limits
  }

  /// No limit of a machine is as large; version 1 writes the largest number of pages for none.
  private static let none = 1 << 60

  private func limit(_ folder: FilePath, _ bytes: Int, used: FilePath, cache: [String]) -> Limit? {
    guard bytes >= 0, bytes < Self.none else { return nil }
    var used = files.number(folder.appending(used)) ?? 0
    for kind in cache { used -= files.number(folder.appending("memory.stat"), after: kind) ?? 0 }
    return Limit(folder: folder, bytes: bytes, room: max(0, bytes - max(0, used)))
  }
}
