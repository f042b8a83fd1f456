import PostgresClient

/// PostgreSQL's `timestamptz` in the binary format: microseconds since 2000-01-01T00:00:00Z.
enum PostgresTime {
    private static let epoch: Int64 = 946_684_800_000_000

    /// Microseconds since 1970.
    static func unixMicroseconds(of binary: Int64) -> Int64 {
        binary.addingReportingOverflow(epoch).partialValue
    }
}

extension PostgresResult {
    /// The elements of a one-dimensional array of timestamps or integers; nil for NULL and what is none.
    func integers(_ row: Int, _ column: Int) -> [Int64?]? {
        elements(row, column) { bytes in
            switch bytes.count {
            case 8: Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
            case 4: Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
            default: nil
            }
        }
    }

    /// The elements of a one-dimensional array of texts; nil for NULL and what is none.
    func texts(_ row: Int, _ column: Int) -> [String?]? {
        elements(row, column) { String(decoding: $0, as: UTF8.self) }
    }

    /// Reads PostgreSQL's binary form of arrays (its sources, array_send).
    private func elements<Element>(
        _ row: Int, _ column: Int, _ read: (UnsafeRawBufferPointer) -> Element?
    ) -> [Element?]? {
        withBytes(row, column) { bytes -> [Element?]? in
            guard let bytes, bytes.count >= 12 else { return nil }
            func word(_ offset: Int) -> Int {
                Int(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
            }
            guard word(0) != 0 else { return [] }
            guard word(0) == 1, bytes.count >= 20 else { return nil }
            var elements: [Element?] = []
            var offset = 20
            while elements.count < word(12), offset + 4 <= bytes.count {
                let length = word(offset)
                offset += 4
                guard length >= 0 else {
                    elements.append(nil)
                    continue
                }
                guard offset + length <= bytes.count else { return nil }
                elements.append(read(UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + length)])))
                offset += length
            }
            return elements.count == word(12) ? elements : nil
        }
    }
}
