/// Values as Swift has them, from either format.
extension PostgresResult {
    /// A text, json or other value as text; nil for NULL. In the binary format only for types whose binary form is their text.
    public func string(_ row: Int, _ column: Int) -> String? {
        withBytes(row, column) { bytes in bytes.map { String(decoding: $0, as: UTF8.self) } }
    }

    /// A smallint, integer or bigint; nil for NULL and what is none.
    public func integer(_ row: Int, _ column: Int) -> Int64? {
        guard let bytes = unsafeBytes(row, column) else { return nil }
        guard isBinary(column) else { return Int64(String(decoding: bytes, as: UTF8.self)) }
        return switch bytes.count {
        case 8: Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
        case 4: Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
        case 2: Int64(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)))
        default: nil
        }
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

    /// A uuid in the binary format by its first and its last eight bytes; nil for NULL and what is none.
    public func uuid(_ row: Int, _ column: Int) -> (high: UInt64, low: UInt64)? {
        guard let bytes = unsafeBytes(row, column), isBinary(column), bytes.count == 16 else { return nil }
        return (
            UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        )
    }

    /// A timestamptz in the binary format, in microseconds since 1970; nil for NULL, an infinite one and what is none.
    public func timestamp(_ row: Int, _ column: Int) -> Int64? {
        guard isBinary(column, in: row) else { return nil }
        return withBytes(row, column) { bytes in
            guard let bytes, bytes.count == 8 else { return nil }
            return PostgresEpoch.decode(Int64(bigEndian: bytes.loadUnaligned(as: Int64.self)))
        }
    }

    private func isBinary(_ column: Int, in row: Int) -> Bool {
        row >= 0 && row < rowCount && column >= 0 && column < columnCount && isBinary(column)
    }
}
