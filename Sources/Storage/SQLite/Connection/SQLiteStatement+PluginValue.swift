import CSQLite
import Domain

extension SQLiteStatement {
    /// The number of the parameter of a name; nil where the statement does not have it.
    func parameter(named name: String) -> Int32? {
        let index = sqlite3_bind_parameter_index(handle, name)
        return index == 0 ? nil : index
    }

    /// Binds a plugin's value.
    func bind(_ index: Int32, _ value: PluginValue) throws(StoreError) {
        switch value {
        case .null: try bindNull(index)
        case .integer(let number): try bind(index, number)
        case .text(let text): try bind(index, text)
        case .bytes(let bytes):
            let bound = bytes.withUnsafeBytes { bytes in
                Result { () throws(StoreError) in try bindBlob(index, bytes) }
            }
            try bound.get()
        }
    }

    /// Copies of the current row's values.
    var values: [PluginValue] {
        (0..<sqlite3_column_count(handle)).map { column in
            switch sqlite3_column_type(handle, column) {
            case SQLITE_INTEGER: .integer(integer(column))
            case SQLITE_BLOB: .bytes(Array(blob(column)))
            case SQLITE_NULL: .null
            default: .text(string(column))
            }
        }
    }
}
