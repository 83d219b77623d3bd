#if DEBUG
  import CQuantKernels
  import QuantVGG
  import TestSupport
  import Testing

  /// A call outside a kernel's bounds ends the program, in a debug build: here the scalar functions' calls.
  ///
  /// The sweep of Tests/BoardTests breaks every bound of the other instruction sets' kernels.
  @Suite struct BoundsTests {
    /// Runs the scalar backward convolution on rows of `byte` and a picture `width` pixels wide.
    private static func convolveBackward(byte: UInt8, width: Int = 1) {
      let buffers = GuardedBuffers(atHead: false)
      let row = buffers.make([UInt8](repeating: byte, count: 3 * 16)).constant
      let scales = buffers.empty(Float.self, count: 3).constant
      let weights = buffers.empty(Int8.self, count: 9 * 16 * 32, aligned: true)
      let sums = buffers.empty(Int32.self, count: 9 * 32)
      let out = buffers.empty(Float.self, count: 32)
      var call = qv_u8_conv_backward(
        rows: (row, row, row), scales: (scales, scales, scales), weights: weights.base,
        weight_sums: sums.base, out: out.base, width: Int32(width), channels: 16, out_stride: 32)
      withExtendedLifetime(buffers) { KernelTable(.scalar).entries.u8_conv_backward(&call) }
    }

    @Test func withinTheBounds() async {
      await #expect(processExitsWith: .success) { Self.convolveBackward(byte: 128) }
    }

    @Test func aGradientOfMinus128() async {
      await #expect(processExitsWith: .signal(6)) { Self.convolveBackward(byte: 0) }
    }

    @Test func aRowWithoutPixels() async {
      await #expect(processExitsWith: .signal(6)) { Self.convolveBackward(byte: 128, width: 0) }
    }
  }
#endif
