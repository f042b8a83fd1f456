import Domain
import NIOCore
import PostgresClient

extension LogTable {
    /// The table's name.
    var postgresName: String {
        switch self {
        case .changes: "sync_changes"
        case .quarantine: "sync_quarantine"
        }
    }

    /// Declares a cursor `c` over all rows, in the table's order. A table that was taken over with its old columns has inherited JSON there.
    func postgresCursor(_ form: TableForm) -> String {
        let names = columns.map { column in
            self == .changes && form == .besideOld && TableForm.old.contains(column.storedName)
                ? "CASE WHEN members IS NULL THEN \(TableForm.oldName(column.storedName))::text::json ELSE \(column.storedName) END"
                : column.storedName
        }
        let order =
            switch self {
            case .changes: "created_at, id"
            case .quarantine: "seq"
            }
        return
            "DECLARE c NO SCROLL CURSOR FOR SELECT \(names.joined(separator: ", ")) FROM \(postgresName) ORDER BY \(order)"
    }

    /// Stores rows, given as an array for each column.
    var postgresInsertion: String {
        var names = columns.map(\.storedName)
        var values = columns.indices.map { "r.c\($0)" }
        if self == .changes {
            names.append("payload_bytes")
            // Counted as pushes are; inherited rows have none.
            let texts = ["data", "fieldTimestamps", "fieldValues", "actor"].compactMap(index(of:))
            let sizes = texts.map { "coalesce(octet_length(r.c\($0)::text), 0)" }.joined(separator: " + ")
            values.append("CASE WHEN r.c\(index(of: "members") ?? 0) IS NULL THEN NULL ELSE \(sizes) END")
        }
        return """
            INSERT INTO \(postgresName) (\(names.joined(separator: ", ")))
            SELECT \(values.joined(separator: ", "))
            FROM unnest(\(columns.indices.map { "$\($0 + 1)" }.joined(separator: ", ")))
              WITH ORDINALITY AS r (\((columns.indices.map { "c\($0)" } + ["n"]).joined(separator: ", "))) ORDER BY r.n
            """
    }
}

extension LogColumn {
    /// The type in which its values are sent.
    fileprivate var postgresType: PostgresType {
        switch kind {
        case .integer: .int8
        case .time: .timestamptz
        case .text: .text
        case .json: .json
        case .uuid: .uuid
        }
    }

    /// The values of a column of many rows.
    func array(of records: [LogRecord], at index: Int) throws(PostgresError) -> PostgresArray {
        var array = try PostgresArray(of: postgresType)
        for record in records {
            switch record.values[index] {
            case .null: array.appendNull()
            case .integer(let number):
                if kind == .time { array.append(timestamp: number) } else { array.append(number) }
            case .text(let text): try array.append(text)
            case .bytes(let bytes):
                guard let high = bytes.getInteger(at: bytes.readerIndex, as: UInt64.self),
                    let low = bytes.getInteger(at: bytes.readerIndex + 8, as: UInt64.self)
                else {
                    array.appendNull()
                    continue
                }
                array.append(uuid: high, low)
            }
        }
        return array
    }

    /// The value of a column of a row.
    func value(_ result: PostgresResult, _ row: Int, _ column: Int) -> LogValue {
        if result.isNull(row, column) { return .null }
        switch kind {
        case .integer: return result.integer(row, column).map { .integer($0) } ?? .null
        case .time: return result.timestamp(row, column).map { .integer($0) } ?? .null
        case .text, .json:
            return result.withBytes(row, column) {
                .text(ByteBuffer(bytes: $0 ?? UnsafeRawBufferPointer(start: nil, count: 0)))
            }
        case .uuid:
            guard let id = result.uuid(row, column) else { return .null }
            var bytes = ByteBuffer()
            bytes.writeInteger(id.high)
            bytes.writeInteger(id.low)
            return .bytes(bytes)
        }
    }
}

extension PostgresArray {
    fileprivate mutating func append(_ text: ByteBuffer) throws(PostgresError) {
        let result: Result<Void, PostgresError> = text.withUnsafeReadableBytes { bytes in
            do throws(PostgresError) {
                try append(utf8: bytes)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }
}
