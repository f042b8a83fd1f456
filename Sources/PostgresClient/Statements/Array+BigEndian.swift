extension [UInt8] {
    /// Appends an integer in network order.
    mutating func append(bigEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    /// Writes an integer in network order over what is there.
    mutating func overwrite(bigEndian value: some FixedWidthInteger, at offset: Int) {
        Swift.withUnsafeBytes(of: value.bigEndian) { new in
            for (index, byte) in new.enumerated() { self[offset + index] = byte }
        }
    }

    /// Whether there is a zero byte from an offset on.
    func hasNUL(from offset: Int) -> Bool {
        withUnsafeBytes { $0[offset...].contains(0) }
    }
}
