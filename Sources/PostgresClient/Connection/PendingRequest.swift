/// What was asked of the database and is not answered yet.
///
/// Whoever holds it answers it once, or passes it on.
struct PendingRequest: Sendable {
    typealias Answer = @Sendable (Result<[PostgresResult], PostgresError>) -> Void

    let id: UInt64
    let statements: [PostgresStatement]
    /// Whether nothing but the request depends on where and when it runs; false in a session.
    let isRepeatable: Bool
    /// Called on the poll thread; must not block.
    let answer: Answer
    /// How often it was sent again.
    private(set) var repeats = 0

    init(
        id: UInt64, statements: [PostgresStatement], isRepeatable: Bool = true, answer: @escaping Answer
    ) {
        self.id = id
        self.statements = statements
        self.isRepeatable = isRepeatable
        self.answer = answer
    }

    /// The request to send again after it came to nothing through no fault of its own; nil when it may not be, or was often enough.
    var repeated: PendingRequest? {
        guard isRepeatable, repeats < 2 else { return nil }
        var request = self
        request.repeats += 1
        return request
    }
}
