import Domain
import NIOCore

extension LogTable {
    /// The table's name.
    var sqliteName: String {
        switch self {
        case .changes: "sync_changes"
        case .quarantine: "quarantine"
        }
    }

    /// Reads all rows, in the table's order.
    var sqliteSelection: String {
        return "SELECT \(columns.map(\.storedName).joined(separator: ", ")) FROM \(sqliteName) ORDER BY seq"
    }

    /// Stores one row.
    var sqliteInsertion: String {
        let names = columns.map(\.storedName).joined(separator: ", ")
        let places = columns.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
        return "INSERT INTO \(sqliteName) (\(names)) VALUES (\(places))"
    }
}

extension SQLiteStatement {
    /// The row that the statement stands on.
    func record(of columns: [LogColumn]) -> LogRecord {
        LogRecord(
            columns.enumerated().map { index, column in
                let index = Int32(index)
                if isNull(index) { return .null }
                return switch column.kind {
                case .integer, .time: .integer(integer(index))
                case .text, .json: .text(text(index).map { ByteBuffer(bytes: $0) } ?? ByteBuffer())
                case .uuid: .bytes(ByteBuffer(bytes: blob(index)))
                }
            })
    }

    /// Binds a row's values to the parameters from the first on.
    func bind(_ record: LogRecord) throws(StoreError) {
        for (index, value) in record.values.enumerated() {
            let index = Int32(index + 1)
            switch value {
            case .null: try bindNull(index)
            case .integer(let number): try bind(index, number)
            case .text(let text): try bind(index, JSONText(text))
            case .bytes(let bytes):
                let bound = bytes.withUnsafeReadableBytes { bytes in
                    Result { () throws(StoreError) in try bindBlob(index, bytes) }
                }
                try bound.get()
            }
        }
    }
}
