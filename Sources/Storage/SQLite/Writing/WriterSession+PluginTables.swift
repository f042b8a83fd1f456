import Domain

/// The statements of plugins.
extension WriterSession {
    /// Runs them in one transaction.
    mutating func run(_ statements: [PluginStatement]) throws(StoreError) -> [PluginRows] {
        try transaction { (session) throws(StoreError) in
            var results: [PluginRows] = []
            for statement in statements { results.append(try session.run(statement)) }
            return results
        }
    }

    private func run(_ statement: PluginStatement) throws(StoreError) -> PluginRows {
        let prepared = try connection.prepare(statement.sql)
        defer { prepared.reset() }
        for (index, value) in statement.values.enumerated() {
            // To SQLite `$1` is a name, numbered by its first place in the text; a value that is not asked for has none.
            guard let parameter = prepared.parameter(named: "$\(index + 1)") else { continue }
            try prepared.bind(parameter, value)
        }
        var rows: [[PluginValue]] = []
        while try prepared.step() { rows.append(prepared.values) }
        return PluginRows(rows: rows, changed: connection.changedRows)
    }
}
