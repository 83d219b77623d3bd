import CommandOptions
import QuantVGG
import StyleTransfer
import Testing

/// The transfers that need no file give the pinned images, and only they do.
@Suite struct SelfTestTests {
  private func hash(_ test: SelfTest, _ set: InstructionSet, threads: Int) throws -> String {
    let image = try test.image(set, pool: WorkerPool(threads: threads))
    return SHA256.digest(image.values.span.bytes)
  }

  @Test(arguments: SelfTest.all.indices)
  func theSpecificationGivesThePinnedImage(_ index: Int) throws {
    let test = SelfTest.all[index]
    #expect(try hash(test, .scalar, threads: 1) == test.hash, "\(test.name)")
    #expect(try hash(test, .best, threads: 3) == test.hash, "\(test.name)")
  }

  @Test func otherNumbersGiveAnotherImage() throws {
    let right = SelfTest.all[0].hash
    for (pooling, seed) in [(Pooling.average, UInt64(2)), (.maximum, 1)] {
      let other = SelfTest(.int8, pooling, .lbfgs, hash: right, seed: seed)
      #expect(try hash(other, .best, threads: 1) != right)
    }
    #expect(Set(SelfTest.all.map { $0.hash }).count == SelfTest.all.count)
  }
}
