import Synchronization

extension PostgresClient {
    /// Checks and posts a request, and waits for its answer.
    func answer(
        to statements: [PostgresStatement], isRepeatable: Bool, posting command: @Sendable (PendingRequest) -> Command
    ) async throws(PostgresError) -> [PostgresResult] {
        for statement in statements { try statement.check() }
        guard !statements.isEmpty else { return [] }
        let result = await waitForAnswer(id: RequestID.next()) { [thread] id, answer in
            let request = PendingRequest(id: id, statements: statements, isRepeatable: isRepeatable, answer: answer)
            if !thread.post(command(request)) { answer(.failure(.closed)) }
        }
        return try result.get()
    }

    /// Waits for what `post` brings about; a cancelled task still waits, until the poll thread knows what became of it.
    func waitForAnswer<Answer: Sendable>(
        id: UInt64, _ post: (UInt64, @escaping @Sendable (Answer) -> Void) -> Void
    ) async -> Answer {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                post(id) { continuation.resume(returning: $0) }
                // The handler below may have run before there was anything to cancel.
                if Task.isCancelled { thread.post(.cancel(id)) }
            }
        } onCancel: { [thread] in
            thread.post(.cancel(id))
        }
    }
}

/// Numbers for what waits for an answer, never used twice in a process.
enum RequestID {
    private static let last = Atomic<UInt64>(0)

    static func next() -> UInt64 {
        last.add(1, ordering: .relaxed).newValue
    }
}
