internal import CommandOptions
internal import QuantVGG
internal import StyleTransfer

extension StepMemory {
  private var parts: [(name: String, bytes: Int)] {
    [
      ("weights", weights), ("image", image), ("optimizer", optimizer),
      ("content targets", contents), ("other terms", terms),
    ]
  }

  /// A table for people, MiB.
  func table(_ plan: String) -> String {
    func mebibytes(_ bytes: Int) -> String {
      Format.aligned(bytes == 0 ? "-" : Format.fixed(Double(bytes) / 1_048_576, digits: 1), 10)
    }
    var text = "\nSteps at the result's size with \(plan), MiB:\n"
    for part in parts + [("rows of pixels", network.pixels), ("workers", network.workers)] {
      text += "  " + Format.padded(part.name, 18) + mebibytes(part.bytes) + "\n"
    }
    text += "  " + Format.padded("rows of", 18)
    for column in ["rows", "output", "masks", "pooled", "gradients"] {
      text += Format.aligned(column, 10)
    }
    text += "\n"
    for layer in network.layers {
      text += "  " + Format.padded(layer.name.description, 18) + Format.aligned("\(layer.rows)", 10)
      for bytes in [layer.activations, layer.masks, layer.pooled, layer.gradients] {
        text += mebibytes(bytes)
      }
      text += "\n"
    }
    return text
  }

  /// The same in bytes.
  var json: JSONObject {
    var document = JSONObject()
    document.add("weights", weights)
    document.add("image", image)
    document.add("optimizer", optimizer)
    document.add("content_targets", contents)
    document.add("other_terms", terms)
    document.add("pixels", network.pixels)
    document.add("workers", network.workers)
    document.add(
      "layers",
      network.layers.map { layer in
        var entry = JSONObject()
        entry.add("layer", layer.name.description)
        entry.add("rows", layer.rows)
        entry.add("output", layer.activations)
        entry.add("masks", layer.masks)
        entry.add("pooled", layer.pooled)
        entry.add("gradients", layer.gradients)
        return entry
      })
    return document
  }
}
