import CSystem
import QuantVGG
import StyleTransfer
import Optim

func dev() {
  let pool = WorkerPool(threads: 2)
  let file = try! WeightFile(path: "/tmp/dev/ref.safetensors")
  let file8 = try! WeightFile(path: "/tmp/dev/int8.safetensors")
  for name in ["seed_avg_64x48", "content_max_80x64"] {
    let reference = try! ReferenceCase(path: "/work/shared/golden/\(name).safetensors")
    let numbers = try! Float32Arithmetic(file, deepest: 12, pooling: reference.pooling)
    let t0 = system_monotonic_seconds()
    let v = try! Verification(numbers, reference, steps: 100, pool: pool)
    print(name, v.start, v.startErrors, v.gradientCosine, v.gradientError)
    print(v.end.total, reference.trajectory[v.steps].total, system_monotonic_seconds() - t0)
    for isa in [InstructionSet.avx512vnni] {
      let numbers8 = try! Int8Arithmetic(file8, deepest: 12, pooling: reference.pooling, kernels: KernelTable(isa))
      let t0 = system_monotonic_seconds()
      let v = try! Verification(numbers8, reference, steps: isa == .scalar ? 2 : 100, pool: pool)
      let e = try! score(numbers, image: v.image, content: reference.content, style: reference.style, settings: reference.settings, pool: pool)
      print(isa.rawValue, v.start, v.startErrors, v.gradientCosine, v.gradientError)
      print(v.end.total, e.total, e.total / reference.trajectory[v.steps].total, system_monotonic_seconds() - t0, v.image.values[100], v.image.values[1000])
    }
  }
  let numbers8 = try! Int8Arithmetic(file8, deepest: 12, pooling: .average)
  var g = SplitMix64(seed: 1)
  let w = 512, h = 384
  let content = ImageTensor(width: w, height: h, values: (0..<w*h*3).map { _ in g.nextUnit() * 200 - 100 })
  for threads in [1, 2] {
  let pool = WorkerPool(threads: threads)
  let s = try! TransferSession(numbers8, content: content, style: content, start: content, optimizer: Adam(count: w*h*3), pool: pool)
  for _ in 0..<5 {
    let t0 = system_monotonic_seconds()
    let v = s.evaluate()
    let t1 = system_monotonic_seconds()
    s.step()
    let t2 = system_monotonic_seconds()
    print(threads, "forward", t1 - t0, "step", t2 - t1, v.total)
  }
  print(system_peak_resident_bytes() >> 20, s.arenaBytes >> 20)
  }
}
dev()
