internal import CSystem
internal import FileNames

/// The memory that a process may still map, whether it uses it or not.
struct MappingRoom {
  let bytes: Int
  let source: MemoryLimit.Source

  /// What `ulimit -v`, `ulimit -d` and strict overcommitment leave, at most `most` bytes; nil where none of them counts.
  init?(atMost most: Int, _ files: SystemFiles = SystemFiles()) {
    let (address, data) = (system_address_limit(), system_data_limit())
    let isStrict = files.number("/proc/sys/vm/overcommit_memory") == 2
    guard address < .max || data < .max || isStrict else { return nil }
    // Tried, because what counts as mapped is known to the system alone.
    let pages = min(most, Self.most) / Self.page + 1
    guard system_can_map(pages * Self.page, PROT_WRITE) == 0 else { return nil }
    let room = Self.largest(PROT_WRITE, below: pages)
    bytes = room
    if address < .max, Self.largest(PROT_NONE, below: pages) <= room + Self.page {
      source = .addressSpace
    } else {
      source = data < .max ? .data : .commitment
    }
  }

  private static let page = 1 << 16
  /// More than any machine has.
  private static let most = 1 << 46

  /// The largest block of fewer than so many pages that can be mapped.
  private static func largest(_ kind: Int32, below pages: Int) -> Int {
    var (low, high) = (0, pages)
    while high - low > 1 {
      let middle = (low + high) / 2
      if system_can_map(middle * page, kind) != 0 { low = middle } else { high = middle }
    }
    return low * page
  }
}
