import FileNames
import StyleTransfer
import TestSupport
import Testing

/// Limits of systems that are described by made-up files.
@Suite struct MemoryLimitTests {
  /// The limit of a process with 10 MiB on a machine of 8 GiB with these files.
  private func limit(_ files: [String: String]) throws -> MemoryLimit {
    let root = try TemporaryFolder(files)
    defer { withExtendedLifetime(root) {} }
    return MemoryLimit.free(
      resident: 10 << 20, total: 8 << 30, SystemFiles(root: FilePath(root.path)))
  }

  /// Nine tenths of MiB.
  private func share(_ mebibytes: Int) -> Int { (mebibytes << 20) / 10 * 9 }

  private let memory = "MemTotal:  8388608 kB\nMemFree: 1 kB\nMemAvailable:    1048576 kB\n"
  private let unified = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n"
  private let named = "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"

  @Test func withoutGroupsWhatIsFreeCounts() throws {
    #expect(
      try limit(["/proc/meminfo": memory])
        == MemoryLimit(bytes: share(1034), source: .free))
    // Nothing is told at all: what the machine has.
    #expect(try limit([:]) == MemoryLimit(bytes: share(8192), source: .free))
  }

  @Test func aGroupAndAllAboveItCount() throws {
    var files = [
      "/proc/meminfo": memory, "/proc/self/mountinfo": unified,
      "/proc/self/cgroup": "0::/user.slice/a b/run.scope\n",
      "/sys/fs/cgroup/user.slice/a b/run.scope/memory.max": "max\n",
      "/sys/fs/cgroup/user.slice/a b/run.scope/memory.high": "max\n",
      "/sys/fs/cgroup/user.slice/a b/run.scope/memory.current": "10485760\n",
      "/sys/fs/cgroup/user.slice/a b/memory.max": "104857600\n",
      "/sys/fs/cgroup/user.slice/a b/memory.high": "max\n",
      "/sys/fs/cgroup/user.slice/a b/memory.current": "\(60 << 20)\n",
    ]
    // Of 100 MiB, others have 50.
    let parent = "/sys/fs/cgroup/user.slice/a b"
    #expect(try limit(files) == MemoryLimit(bytes: share(50), source: .group(FilePath(parent))))
    // What files keep of it can be had.
    files[parent + "/memory.stat"] =
      "anon 1\ninactive_file \(20 << 20)\nactive_file \(10 << 20)\nfile \(99 << 20)\n"
    #expect(try limit(files) == MemoryLimit(bytes: share(80), source: .group(FilePath(parent))))
    // Never more than the limit itself.
    files[parent + "/memory.current"] = "\(12 << 20)\n"
    #expect(try limit(files) == MemoryLimit(bytes: share(100), source: .group(FilePath(parent))))
    // memory.high of the group's own.
    files[parent + "/run.scope/memory.high"] = "\(40 << 20)\n"
    #expect(
      try limit(files)
        == MemoryLimit(bytes: share(40), source: .group(FilePath(parent + "/run.scope"))))
    // More in use than allowed.
    files[parent + "/run.scope/memory.current"] = "\(64 << 20)\n"
    #expect(
      try limit(files)
        == MemoryLimit(bytes: share(10), source: .group(FilePath(parent + "/run.scope"))))
  }

  @Test func groupsOfTheFirstVersionCount() throws {
    let folder = "/sys/fs/cgroup/memory"
    var files = [
      "/proc/meminfo": memory, "/proc/self/mountinfo": named,
      "/proc/self/cgroup": "4:cpu,memory:/a/b\n1:name=systemd:/c\n0::/\n",
      folder + "/memory.limit_in_bytes": "9223372036854771712\n",
      folder + "/a/memory.limit_in_bytes": "\(200 << 20)\n",
      folder + "/a/memory.usage_in_bytes": "\(150 << 20)\n",
      folder + "/a/memory.use_hierarchy": "1\n",
      folder + "/a/b/memory.limit_in_bytes": "9223372036854771712\n",
      folder + "/a/b/memory.usage_in_bytes": "\(20 << 20)\n",
      folder + "/a/b/memory.stat":
        "inactive_file 0\nhierarchical_memory_limit \(200 << 20)\ntotal_inactive_file 0\n",
    ]
    #expect(
      try limit(files) == MemoryLimit(bytes: share(60), source: .group(FilePath(folder + "/a"))))
    // Where groups above are not mounted, their limit is known all the same.
    files[folder + "/a/memory.limit_in_bytes"] = nil
    #expect(
      try limit(files) == MemoryLimit(bytes: share(190), source: .group(FilePath(folder + "/a/b"))))
    // A parent that does not limit those in it.
    files[folder + "/a/memory.limit_in_bytes"] = "\(200 << 20)\n"
    files[folder + "/a/memory.use_hierarchy"] = "0\n"
    #expect(
      try limit(files) == MemoryLimit(bytes: share(190), source: .group(FilePath(folder + "/a/b"))))
  }

  @Test func containersAndHybridsCount() throws {
    // The mount shows the container's group as its top.
    var files = [
      "/proc/meminfo": memory,
      "/proc/self/mountinfo":
        "1 0 0:1 / / rw - ext4 /dev/sda rw\n"
        + "35 31 0:32 /docker/1f /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"
        + "41 31 0:38 / /sys/fs/cgroup/unified rw master:1 - cgroup2 none rw\n",
      "/proc/self/cgroup": "4:memory:/docker/1f/in\n0::/\n",
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": "\(64 << 20)\n",
      "/sys/fs/cgroup/memory/memory.usage_in_bytes": "\(10 << 20)\n",
    ]
    let top = "/sys/fs/cgroup/memory"
    #expect(try limit(files) == MemoryLimit(bytes: share(64), source: .group(FilePath(top))))
    // A namespace in which the process's group lies outside.
    files["/proc/self/cgroup"] = "4:memory:/../other\n"
    #expect(try limit(files) == MemoryLimit(bytes: share(64), source: .group(FilePath(top))))
    // A mount point with a space, and version 2 beside version 1.
    files["/proc/self/cgroup"] = "4:memory:/docker/1f\n0::/x\n"
    files["/proc/self/mountinfo", default: ""] +=
      "50 31 0:38 / /mnt/my\\040groups rw - cgroup2 none rw\n"
    files["/mnt/my groups/x/memory.max"] = "\(32 << 20)\n"
    files["/mnt/my groups/x/memory.current"] = "0\n"
    #expect(
      try limit(files) == MemoryLimit(bytes: share(32), source: .group("/mnt/my groups/x")))
  }

  @Test func brokenFilesLimitNothing() throws {
    for text in ["", "\n", "max", "-1", "x y", "\u{0}", "- - - - - - - cgroup2", "4:memory"] {
      var files = ["/proc/meminfo": memory]
      for name in ["mountinfo", "cgroup"] { files["/proc/self/" + name] = text }
      files["/sys/fs/cgroup/memory.max"] = text
      #expect(try limit(files) == MemoryLimit(bytes: share(1034), source: .free))
      files["/proc/self/mountinfo"] = unified
      files["/proc/self/cgroup"] = "0::/\n"
      #expect(try limit(files) == MemoryLimit(bytes: share(1034), source: .free))
    }
  }
}
