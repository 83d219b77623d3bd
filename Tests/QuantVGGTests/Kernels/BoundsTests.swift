#if DEBUG
  import CQuantKernels
  import QuantVGG
  import TestSupport
  import Testing

  /// A call outside a kernel's bounds ends the program, in a debug build: here the scalar functions' calls.
  ///
  /// The sweep of Tests/BoardTests breaks every bound of the other instruction sets' kernels.
  @Suite struct BoundsTests {
    /// Runs the scalar gradient of the image on rows of `byte` and a picture `width` pixels wide.
    private static func imageGradient(byte: UInt8, width: Int = 1) {
      let buffers = GuardedBuffers(atHead: false)
      let row = buffers.make([UInt8](repeating: byte, count: 3 * 16)).constant
      let scales = buffers.empty(Float.self, count: 3).constant
      let weights = buffers.empty(Int8.self, count: 3 * 16 * 16, aligned: true)
      let sums = buffers.empty(Int32.self, count: 3 * 16)
      let out = buffers.empty(Float.self, count: 3)
      var call = qv_u8_image_gradient(
        rows: (row, row, row), scales: (scales, scales, scales), weights: weights.base,
        weight_sums: sums.base, out: out.base, width: Int32(width), channels: 16)
      withExtendedLifetime(buffers) { KernelTable(.scalar).entries.u8_image_gradient(&call) }
    }

    @Test func withinTheBounds() async {
      await #expect(processExitsWith: .success) { Self.imageGradient(byte: 128) }
    }

    @Test func aGradientOfMinus128() async {
      await #expect(processExitsWith: .signal(6)) { Self.imageGradient(byte: 0) }
    }

    @Test func aRowWithoutPixels() async {
      await #expect(processExitsWith: .signal(6)) { Self.imageGradient(byte: 128, width: 0) }
    }
  }
#endif
