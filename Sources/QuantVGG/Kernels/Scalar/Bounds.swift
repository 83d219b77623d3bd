internal import CQuantKernels

/// The bounds that CQuantKernels.h states for a call, checked in debug builds.
enum Bounds {
  /// Ends the program where `call` breaks one of its bounds.
  @inline(__always)
  static func check<Call>(_ call: Call, _ bounds: (UnsafePointer<Call>) -> Void) {
    #if DEBUG
      unsafe withUnsafePointer(to: call, bounds)
    #endif
  }
}
