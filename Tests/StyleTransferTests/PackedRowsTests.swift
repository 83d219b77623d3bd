import Rows
import TestSupport
import Testing

/// Rows that are packed come back as they were, or their owner is told.
@Suite struct PackedRowsTests {
  private func rows<Element: BitwiseCopyable>(
    _ type: Element.Type, count: Int, length: Int
  ) throws -> StateRows<Element> {
    var memory = ArenaPlan()
    let layout = StateRows<Element>.Layout(
      packing: count, rowLength: length, window: 2, memory: &memory)
    return StateRows(layout, memory: try Arena(memory), file: nil)
  }

  /// Writes rows two at a time, in order.
  private func write<Element: BitwiseCopyable>(
    _ numbers: [[Element]], to rows: StateRows<Element>
  ) {
    for first in stride(from: 0, to: numbers.count, by: 2) {
      let range = first..<min(first + 2, numbers.count)
      rows.place(range)
      for y in range {
        let line = numbers[y]
        rows.row(y).copy(line.span)
      }
      rows.write(range)
    }
  }

  @Test(arguments: [1, 7, 8, 9, 64, 131], [0, 1, 3])
  func bytesComeBack(length: Int, ofEight: UInt64) throws {
    var random = TestRandom("packed \(length) \(ofEight)")
    let numbers = (0..<9).map { _ in
      (0..<length).map { _ in
        random.next() >> 61 < ofEight ? UInt8(1 + (random.next() >> 56) % 255) : 0
      }
    }
    // Short rows of chance may be denser than three in eight: as many zero rows make room.
    let all = numbers + Array(repeating: [UInt8](repeating: 0, count: length), count: 9)
    let rows = try rows(UInt8.self, count: all.count, length: length)
    // Written again, as a content is that is measured again.
    for _ in 0..<2 {
      write(all, to: rows)
      guard !rows.isFull else {
        #expect(length < 8, "only the bits of very short rows take more than half")
        continue
      }
      for y in [17, 3, 0, 8, 4, 1, 2, 5, 6, 7] {
        rows.read(y..<y + 1)
        #expect(rows.row(y).array == all[y])
      }
    }
  }

  @Test func everyBitOfAFloatCounts() throws {
    let numbers: [[Float]] = [
      [0, 0, -0.0, 0, 0, 0, 0, 0, 0], [0, .leastNonzeroMagnitude, 0, 0, 0, 0, 0, 0, .infinity],
      [0, 0, 0, 0, 0, 0, 0, 0, 1e-30],
    ]
    let rows = try rows(Float.self, count: 3, length: 9)
    write(numbers, to: rows)
    #expect(!rows.isFull)
    for y in 0..<3 {
      rows.read(y..<y + 1)
      #expect(rows.row(y).array.map { $0.bitPattern } == numbers[y].map { $0.bitPattern })
    }
  }

  /// Three in eight numbers that are not 0 fill half the bytes; one more has no room.
  @Test func denseRowsAreTold() throws {
    let full = (0..<64).map { $0 % 8 < 3 ? UInt8(9) : 0 }
    for extra in 0...1 {
      let rows = try rows(UInt8.self, count: 4, length: 64)
      var last = full
      if extra == 1 { last[63] = 1 }
      write([full, full, full, last], to: rows)
      #expect(rows.isFull == (extra == 1))
      rows.read(2..<3)
      #expect(rows.row(2).array == full)
      write([full, full, full, full], to: rows)
      #expect(!rows.isFull)
    }
  }
}
