import CPostgres
import NIOCore

extension PipelinedConnection {
    /// Sends a request: first what is not prepared yet, each with a Sync of its own, then all its statements with one.
    ///
    /// - Returns: what to do with everything on the connection if libpq refuses; nil when all is well.
    func send(_ request: PendingRequest) -> Outcome? {
        var flight = InFlight(.request(request))
        var names: [String?] = []
        names.reserveCapacity(request.statements.count)
        for (index, statement) in request.statements.enumerated() {
            guard let entry = preparedEntry(for: statement) else {
                names.append(nil)
                continue
            }
            if !entry.isConfirmed { flight.unconfirmed.append((index, entry)) }
            names.append(entry.name)
        }
        var isSent = true
        for (statement, name) in zip(request.statements, names) where isSent { isSent = put(statement, named: name) }
        guard isSent, PQpipelineSync(handle.pointer) == 1 else {
            // Without its Sync the server cannot have committed it.
            var outcome = abandon(because: .connectionLost)
            if let again = request.repeated {
                outcome.repeats.append(again)
            } else {
                request.answer(.failure(.connectionLost))
            }
            return outcome
        }
        inFlight.append(flight)
        load += 1
        flush()
        return nil
    }

    /// What a statement is prepared as, after sending the prepare where it is not; nil for one to be sent as it is.
    private func preparedEntry(for statement: PostgresStatement) -> PreparedStatements.Entry? {
        guard usesPreparedStatements, statement.isPrepared else { return nil }
        if let entry = prepared.entry(for: statement) { return entry }
        guard let entry = prepared.add(statement) else { return nil }
        let types = statement.parameters.types
        guard PQsendPrepare(handle.pointer, entry.name, statement.sql, Int32(types.count), types) == 1,
            PQpipelineSync(handle.pointer) == 1
        else { return entry }
        inFlight.append(InFlight(.prepare(entry)))
        return entry
    }

    private func put(_ statement: PostgresStatement, named name: String?) -> Bool {
        let parameters = statement.parameters
        let count = parameters.count
        let format = statement.format.rawValue
        guard count > 0 else {
            if let name { return PQsendQueryPrepared(handle.pointer, name, 0, nil, nil, nil, format) == 1 }
            return PQsendQueryParams(handle.pointer, statement.sql, 0, nil, nil, nil, nil, format) == 1
        }
        return parameters.withPointers { values, lengths, formats in
            if let name {
                return PQsendQueryPrepared(handle.pointer, name, Int32(count), values, lengths, formats, format) == 1
            }
            return PQsendQueryParams(
                handle.pointer, statement.sql, Int32(count), parameters.types, values, lengths, formats, format) == 1
        }
    }
}

extension PostgresParameters {
    /// Lends the three arrays in which libpq takes parameters.
    fileprivate func withPointers<Value>(
        _ use: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> Value
    ) -> Value {
        bytes.withUnsafeBytes { bytes in
            let base = bytes.assumingMemoryBound(to: CChar.self).baseAddress
            return withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count) { values in
                withUnsafeTemporaryAllocation(of: Int32.self, capacity: count * 2) { numbers in
                    for (index, cell) in cells.enumerated() {
                        values.initializeElement(at: index, to: cell.length < 0 ? nil : base.map { $0 + cell.offset })
                        numbers.initializeElement(at: index, to: cell.length)
                        numbers.initializeElement(at: count + index, to: cell.isText ? 0 : 1)
                    }
                    let lengths = numbers.baseAddress
                    return use(UnsafePointer(values.baseAddress), lengths, lengths.map { $0 + count })
                }
            }
        }
    }
}
