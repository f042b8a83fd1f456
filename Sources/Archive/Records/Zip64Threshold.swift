/// From where on numbers do not fit into their classic fields and zip64 is used (APPNOTE.TXT 6.3.10, section 4.3.9.2 and 4.4.1.4).
///
/// Tests lower it, on both sides, to try zip64 without writing four gibibytes.
struct Zip64Threshold: Sendable {
    /// The least size or offset that does not fit into 32 bits: all ones already refer to the zip64 field.
    var size = UInt64(UInt32.max)
    /// The least number of entries that does not fit into 16 bits.
    var count = UInt64(UInt16.max)

    /// What a 32-bit field holds for `value`.
    func field(_ value: UInt64) -> UInt32 {
        value < size ? UInt32(truncatingIfNeeded: value) : .max
    }
}
