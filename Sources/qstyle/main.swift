import CSystem
import QuantVGG
import StyleTransfer

func dev() {
  let pool = WorkerPool(threads: 2)
  let file = try! WeightFile(path: "/tmp/dev/ref.safetensors")
  for name in ["seed_avg_64x48", "content_max_80x64"] {
    let reference = try! ReferenceCase(path: "/work/shared/golden/\(name).safetensors")
    let numbers = try! Float32Arithmetic(file, deepest: 12, pooling: reference.pooling)
    let t0 = system_monotonic_seconds()
    let v = try! Verification(numbers, reference, steps: 3, pool: pool)
    print(name, v.start, v.startErrors, v.gradientCosine, v.gradientError)
    print(v.end.total, reference.trajectory[v.steps].total, system_monotonic_seconds() - t0)
  }
}
dev()
