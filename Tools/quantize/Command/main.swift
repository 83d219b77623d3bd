import CSystem
import QuantVGG
import QuantizeCore
import StyleTransfer

func dev() {
  let pool = WorkerPool(threads: 2)
  let file = try! WeightFile(path: "/tmp/dev/ref.safetensors")
  let source = try! SourceWeights(file)
  let layers = source.float32
  var all: [[Float]] = []
  for pooling in Pooling.allCases {
    let numbers = Float32Arithmetic(layers, pooling: pooling)
    let ranges = ActivationRanges(layers: 16)
    for name in ["seed_avg_64x48", "content_max_80x64"] {
      let r = try! ReferenceCase(path: "/work/shared/golden/\(name).safetensors")
      for t in [r.content, r.style, r.start] {
        try! ranges.measure(numbers, image: t.values, width: t.width, height: t.height, pool: pool)
      }
    }
    all.append(ranges.largest)
  }
  print(all)
  let int8 = try! Int8Weights(layers, ranges: (all[0], all[1]))
  try! SafeTensorsWriter.write(int8.tensors, metadata: [("format", "qstyle-vgg19-int8"), ("format_version", "1")], to: "/tmp/dev/int8.safetensors")
}
dev()
