/// Values as Swift has them, from either format.
extension PostgresResult {
    /// A text, json or other value as text; nil for NULL. In the binary format only for types whose binary form is their text.
    public func string(_ row: Int, _ column: Int) -> String? {
        withBytes(row, column) { bytes in bytes.map { String(decoding: $0, as: UTF8.self) } }
    }

    /// A boolean; nil for NULL and what is none.
    public func boolean(_ row: Int, _ column: Int) -> Bool? {
        withBytes(row, column) { bytes in
            guard let bytes, bytes.count == 1 else { return nil }
            return switch bytes[0] {
            case 1, UInt8(ascii: "t"): true
            case 0, UInt8(ascii: "f"): false
            default: nil
            }
        }
    }

    /// A timestamptz in the binary format, in microseconds since 1970; nil for NULL, an infinite one and what is none.
    public func timestamp(_ row: Int, _ column: Int) -> Int64? {
        guard isBinary else { return nil }
        return withBytes(row, column) { bytes in
            guard let bytes, bytes.count == 8 else { return nil }
            return PostgresEpoch.decode(Int64(bigEndian: bytes.loadUnaligned(as: Int64.self)))
        }
    }
}
