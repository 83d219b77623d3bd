internal import CommandOptions
internal import QuantVGG
internal import StyleTransfer

/// `qstyle verify --self`: the scalar specification and every instruction set of this machine against pinned images.
struct SelfCheck {
  private let shared: SharedOptions

  init(_ shared: SharedOptions) {
    self.shared = shared
  }

  func run() throws(Failure) -> ExitCode {
    let pool = WorkerPool(threads: shared.threads)
    let one = WorkerPool(threads: 1)
    var failures = 0
    for test in SelfTest.all {
      for set in InstructionSet.allCases where set.isAvailable {
        // The specification is run as plainly as it can be.
        let pool = set == .scalar ? one : pool
        let image: ImageTensor
        do throws(TransferError) {
          image = try test.image(set, pool: pool)
        } catch {
          throw Failure(error, relief: "make more memory free")
        }
        let hash = unsafe SHA256.digest(image.values.span.bytes)
        if hash != test.hash { failures += 1 }
        report(test, set, pool.threads, hash)
      }
    }
    if !shared.isJSON, !shared.isQuiet {
      Console.print(
        failures == 0
          ? "All images have the right bits: this build computes as it should on this machine.\n"
          : "\(Format.count(failures, "image")) of other bits: do not trust results of this machine.\n"
      )
    }
    return failures == 0 ? .done : .failed
  }

  private func report(_ test: SelfTest, _ set: InstructionSet, _ threads: Int, _ hash: String) {
    let isOK = hash == test.hash
    if shared.isJSON {
      var line = JSONObject()
      line.add("check", test.name)
      line.add("isa", set.rawValue)
      line.add("threads", threads)
      line.add("image_sha256", hash)
      line.add("expected_sha256", test.hash)
      line.add("ok", isOK)
      Console.print(line.text + "\n")
    } else if !isOK || !shared.isQuiet {
      Console.print(
        "\(isOK ? "ok  " : "FAIL") \(test.name): \(set.rawValue), "
          + "\(Format.count(threads, "thread")), image \(hash.prefix(16))"
          + (isOK ? "" : " where \(test.hash.prefix(16)) is right") + "\n")
    }
  }
}
