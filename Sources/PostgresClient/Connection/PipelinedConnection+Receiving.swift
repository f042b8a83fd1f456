import CPostgres
import NIOCore

extension PipelinedConnection {
    /// Takes all results that are there.
    ///
    /// libpq ends each statement's results with a NULL, and a Sync's with none; two NULLs in a row mean that nothing is left.
    func drain(into outcome: inout Outcome) {
        var nulls = 0
        while !inFlight.isEmpty, end == nil, nulls < 2, PQisBusy(handle.pointer) == 0 {
            guard let result = PQgetResult(handle.pointer) else {
                nulls += 1
                continue
            }
            nulls = 0
            take(result, into: &outcome)
        }
    }

    private func take(_ result: OpaquePointer, into outcome: inout Outcome) {
        let status = PQresultStatus(result)
        switch status {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
            inFlight[inFlight.startIndex].results.append(PostgresResult(result))
            return
        case PGRES_PIPELINE_SYNC:
            finish(inFlight.removeFirst(), into: &outcome)
        case PGRES_PIPELINE_ABORTED:
            break
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
            note(PostgresError(.invalidArgument, "COPY cannot be part of a request."), isFatal: true)
        default:
            let error = PostgresError(result: result, statement: inFlight.first?.results.count)
            note(error, isFatal: error.sqlState == nil || PostgresError.isFatal(result))
        }
        PQclear(result)
    }

    private func note(_ error: PostgresError, isFatal: Bool) {
        let head = inFlight.startIndex
        // An error of libpq's own is a lost connection, of which `lose` speaks.
        if inFlight[head].error == nil, error.category == .invalidArgument || error.sqlState != nil {
            inFlight[head].error = error
        }
        guard isFatal else { return }
        let isComplete = inFlight[head].isComplete
        if error.sqlState != nil { inFlight[head].error?.isFateUnknown = isComplete }
        // What the head did wrong is not the others' fault.
        end = error.category == .invalidArgument ? .connectionLost : error
    }

    /// Answers what has come to its Sync.
    private func finish(_ head: InFlight, into outcome: inout Outcome) {
        headHasEnded(head)
        switch head.work {
        case .prepare(let entry):
            entry.isConfirmed = head.error == nil
            entry.failure = head.error
            if head.error != nil { prepared.remove(entry) }
        case .request(let request):
            load -= 1
            if let error = head.error {
                answer(request, of: head, with: error, into: &outcome)
            } else if head.isComplete {
                request.answer(.success(head.results))
            } else {
                // Neither all results nor an error: nobody knows what the connection is at.
                var loss = PostgresError.connectionLost
                loss.isFateUnknown = true
                end = loss
                request.answer(.failure(loss))
            }
        }
    }

    private func answer(
        _ request: PendingRequest, of head: InFlight, with error: PostgresError, into outcome: inout Outcome
    ) {
        var error = error
        let index = error.statement ?? 0
        if error.category == .stalePlan,
            let failure = head.unconfirmed.first(where: { $0.statement == index })?.entry.failure
        {
            // The statement is missing because preparing it failed.
            error = failure
            error.statement = index
        } else if error.category == .stalePlan, request.statements.indices.contains(index) {
            prepared.remove(request.statements[index])
        }
        if error.category == .readOnly { isOutdated = true }
        if error.sqlState == "57014", head.isCancelled {
            error = .cancelled
            error.sqlState = "57014"
        } else if error.category == .stalePlan || (error.sqlState == "57014" && head.isExposed),
            !head.isCancelled, let again = request.repeated
        {
            return outcome.repeats.append(again)
        }
        request.answer(.failure(error))
    }

    /// Answers everything on the connection.
    ///
    /// What stood behind a request that was ended with FATAL never ran. When the connection just broke, nobody knows.
    func lose(because error: PostgresError, into outcome: inout Outcome) {
        outcome.loss = error
        let wasAnnounced = end?.sqlState != nil
        for (index, flight) in inFlight.enumerated() {
            guard let request = flight.request else { continue }
            if let error = flight.error {
                request.answer(.failure(error))
            } else if wasAnnounced, index > 0, flight.isCancelled {
                request.answer(.failure(.cancelled))
            } else if wasAnnounced, index > 0, let again = request.repeated {
                outcome.repeats.append(again)
            } else {
                var loss = error
                loss.isFateUnknown = !wasAnnounced || index == 0
                request.answer(.failure(loss))
            }
        }
        inFlight.removeAll()
        load = 0
    }
}

extension PostgresError {
    /// Whether the server ends the connection with this error.
    fileprivate static func isFatal(_ result: OpaquePointer) -> Bool {
        guard let severity = PQresultErrorField(result, cpostgres_field_severity) else { return false }
        return ["FATAL", "PANIC"].contains(String(cString: severity))
    }
}
