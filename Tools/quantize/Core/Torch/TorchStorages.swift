/// The storages that a pickle refers to.
struct TorchStorages {
  /// Those that the file has numbers of, by key.
  private(set) var roots: [String: TorchStorage] = [:]
  /// Parts of storages that have keys of their own.
  private var views: [String: TorchStorage] = [:]

  /// The storage of a persistent id; nil for another id.
  ///
  /// It is ("storage", type, key, device, count[, view]), where view is none, or (key, offset, count). The id's key may be
  /// that of a view that came before.
  ///
  /// - Throws: `TorchError.badStorage` where ids contradict each other, or a view is larger than its storage.
  mutating func storage(_ id: PickleValue) throws -> TorchStorage? {
    guard let parts = id.tuple, (5...6).contains(parts.count), parts[0].text == "storage",
      case .global(let name) = parts[1], let type = PickleGlobals.storages[name],
      let key = parts[2].text, parts[3].text != nil, let count = parts[4].integer,
      let whole = TorchStorage(type: type, key: key, count: count)
    else { return nil }
    let root = views[key] ?? roots[key] ?? whole
    guard root.type == type, root.part.count == count else { throw TorchError.badStorage(key) }
    if views[key] == nil { roots[key] = root }
    guard parts.count > 5, !parts[5].isNone else { return root }
    guard let view = parts[5].tuple, view.count == 3, let viewKey = view[0].text,
      let offset = view[1].integer, let viewCount = view[2].integer,
      let part = root.part(from: offset, count: viewCount),
      part == roots[viewKey] ?? views[viewKey] ?? part
    else { throw TorchError.badStorage(key) }
    if roots[viewKey] == nil { views[viewKey] = part }
    return part
  }
}
