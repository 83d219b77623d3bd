import FileNames
import QuantVGG
import StyleTransfer

/// A transfer of a few pixels through one layer of each arithmetic, with every style loss.
private func makeTransfers() -> [Transfer] {
  let int8 = Int8Convolution(
    weights: (0..<64 * 27).map { Int8($0 % 7 - 3) },
    weightScale: [Float](repeating: 1 / 64, count: 64), bias: [Int32](repeating: 64, count: 64),
    outputScale: 1)
  let float32 = Float32Convolution(
    weights: (0..<64 * 27).map { Float($0 % 7 - 3) / 64 }, bias: [Float](repeating: 1, count: 64))
  let picture = ImageTensor(width: 6, height: 4, values: (0..<72).map { Float($0 % 50) })
  return [
    Weights([.average: [int8], .maximum: [int8]], of: .vgg19), Weights([float32], of: .vgg19),
  ].map { weights in
    var transfer = Transfer(
      content: Picture(picture), styles: [Style(Picture(picture))], weights: weights)
    let terms = [TransferSettings.LayerWeight(layer: .conv1_1, weight: 1)]
    transfer.settings = TransferSettings(contentLayers: terms, styleLayers: terms)
    transfer.settings.styleLoss = StyleLoss(gram: 1, moments: 1, histogram: 1)
    transfer.threads = 1
    transfer.memory = .max
    return transfer
  }
}

// Only the fuzzer's thread uses them.
nonisolated(unsafe) private let transfers = makeTransfers()

/// Paints by a saved style with each arithmetic that it fits.
func readStyle(_ bytes: Span<UInt8>) {
  let path = file(bytes)
  do throws(TransferError) {
    let style = Style(try StyleStatistics(path: path))
    for var transfer in unsafe transfers {
      transfer.styles = [style]
      do throws(TransferError) {
        let session = try transfer.start().session
        session.step()
        _ = session.evaluate()
      } catch {
        check(error.description)
      }
    }
  } catch {
    check(error.description)
  }
}

/// A saved style of each arithmetic.
func makeStyles(_ prefix: String) throws {
  for (index, transfer) in unsafe transfers.enumerated() {
    var saving = transfer
    saving.savedStyle = FilePath("\(prefix)\(index)")
    _ = try saving.start()
  }
}
