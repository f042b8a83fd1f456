public import Domain
import PostgresClient
import StorageShared

extension PostgresStore: PluginStorage {
    public func tables(_ schema: PluginSchema) -> any PluginTables {
        schemas.declare(schema)
        return PostgresPluginTables(store: self)
    }
}

/// An owner's tables, by the role that the server works under.
private struct PostgresPluginTables: PluginTables {
    let store: PostgresStore

    func run(_ statements: [PluginStatement]) async throws(StoreError) -> [PluginRows] {
        let engine = try store.enter()
        defer { engine.gate.leave() }
        return try await engine.run(statements)
    }
}

extension PostgresEngine {
    fileprivate func run(_ statements: [PluginStatement]) async throws(StoreError) -> [PluginRows] {
        let results = try await transaction(repeating: .whatDidNotHappen) { [role] () throws(PostgresError) in
            var login = PostgresParameters()
            try login.append(optional: role)
            var all = [PostgresStatement(Self.enter, login)]
            for statement in statements { all.append(try PostgresStatement(statement)) }
            return all
        }.results
        return try results.dropFirst().map { (result) throws(StoreError) in try PluginRows(result) }
    }

    /// Nobody's: what the policies guard is not to be seen.
    private static let enter =
        "SELECT sync_enter($1, '', '', '\(TransactionLimits.lock)', '\(TransactionLimits.statement)')"
}

extension PostgresStatement {
    fileprivate init(_ statement: PluginStatement) throws(PostgresError) {
        var parameters = PostgresParameters()
        for value in statement.values {
            switch value {
            case .null: parameters.appendNull()
            case .integer(let number): parameters.append(number)
            // The column says whether it is text or json.
            case .text(let text): try parameters.append(text, as: .inferred)
            case .bytes(let bytes): bytes.withUnsafeBytes { parameters.append(bytes: $0) }
            }
        }
        self.init(statement.sql, parameters)
    }
}

extension PluginRows {
    fileprivate init(_ result: PostgresResult) throws(StoreError) {
        var rows: [[PluginValue]] = []
        for row in 0..<result.rowCount {
            var values: [PluginValue] = []
            for column in 0..<result.columnCount { values.append(try Self.value(row, column, of: result)) }
            rows.append(values)
        }
        self.init(rows: rows, changed: result.affectedRows)
    }

    private static func value(_ row: Int, _ column: Int, of result: PostgresResult) throws(StoreError) -> PluginValue {
        guard !result.isNull(row, column) else { return .null }
        switch result.type(of: column) {
        case .int8, .int4, .int2: return .integer(result.integer(row, column))
        case .bool: return .integer(result.boolean(row, column) == true ? 1 : 0)
        case .text, .json: return .text(result.string(row, column))
        case .bytea: return .bytes(result.withBytes(row, column) { $0.map { Array($0) } ?? [] })
        default:
            throw StoreError(
                .internalFault, "A plugin's statement gives a value that is no number, text or bytes: cast it.",
                cause: "column \(column)")
        }
    }
}
