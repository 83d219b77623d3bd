/// The elements of a row: their type, and which of them stands for zero.
public protocol RowFormat {
  /// The type of an element.
  associatedtype Element: BitwiseCopyable
  /// The element that stands for zero, which is what lies outside of a picture.
  static var zero: Element { get }
}

extension RowFormat {
  /// Whether untouched memory, which is zero bytes and takes no page, holds zeros of this format.
  static var isZeroWhereUntouched: Bool {
    let zero = Self.zero
    // SAFETY: the bytes of a value are read while it lives.
    return unsafe withUnsafeBytes(of: zero) { unsafe $0.allSatisfy { $0 == 0 } }
  }
}

/// Real numbers in single precision.
public enum Real: RowFormat {
  /// 0.
  @inlinable public static var zero: Float { 0 }
}

/// Image values in units of 1/64 grey level.
public enum FixedPixel: RowFormat {
  /// 0.
  @inlinable public static var zero: Int16 { 0 }
}

/// Activations in units of their layer's scale.
public enum Activation8: RowFormat {
  /// 0.
  @inlinable public static var zero: UInt8 { 0 }
}

/// Gradients h in -127...127 in units of their pixel's scale, stored as h + 128.
public enum Gradient8: RowFormat {
  /// 128.
  @inlinable public static var zero: UInt8 { 128 }
}

/// ReLU masks: a bit for each of 32 channels.
public enum MaskWord: RowFormat {
  /// No channel passes.
  @inlinable public static var zero: UInt32 { 0 }
}
