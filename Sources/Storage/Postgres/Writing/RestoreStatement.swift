import Domain
import Kernel
import PostgresClient

/// The changes of an archive as the arrays that the restore function takes.
struct ArchivalColumns {
    private var apps: PostgresArray
    private var clients: PostgresArray
    private var wasQuarantined: PostgresArray
    private let changes: ChangeColumns

    init(_ changes: [ArchivalChange], now: UnixTime) throws(PostgresError) {
        (apps, clients) = (try PostgresArray(of: .text), try PostgresArray(of: .text))
        wasQuarantined = try PostgresArray(of: .bool)
        self.changes = try ChangeColumns(changes.map(\.change), now: now)
        for change in changes {
            try apps.append(change.app.text)
            if let client = change.client { try clients.append(client.text) } else { clients.appendNull() }
            wasQuarantined.append(change.wasQuarantined)
        }
    }

    /// Appends them in the order of the function's parameters.
    func append(to parameters: inout PostgresParameters) {
        for column in [apps, clients, wasQuarantined] { parameters.append(column) }
        changes.append(to: &parameters)
    }
}

/// The call of the restore function, and its answer.
enum RestoreStatement {
    static func make(
        _ columns: ArchivalColumns, of user: UserID, locks: ScopeLocks, role: String?, now: UnixTime?, slack: Int64,
        isRehearsal: Bool
    ) throws(PostgresError) -> PostgresStatement {
        var parameters = PostgresParameters()
        try parameters.append(optional: role)
        try parameters.append(user.text)
        if let now { parameters.append(now.microseconds) } else { parameters.appendNull(.int8) }
        parameters.append(slack)
        try locks.append(to: &parameters)
        parameters.append(isRehearsal)
        columns.append(to: &parameters)
        return PostgresStatement(sql, parameters)
    }

    private static let sql: String = {
        let placeholders = (1...28).map { "$\($0)" }
        return """
            SELECT fates, reasons, lags FROM sync_restore(\(placeholders[..<4].joined(separator: ", ")), \
            '\(TransactionLimits.lock)', '\(TransactionLimits.statement)', \(placeholders[4...].joined(separator: ", ")))
            """
    }()

    /// Reads what became of each change, and which were stored.
    static func outcome(
        of changes: [ArchivalChange], in result: PostgresResult
    ) throws(StoreError) -> (outcome: RestoreOutcome, stored: [Int]) {
        guard let fates = result.integers(0, 0), fates.count == changes.count else { throw unreadable }
        let reasons = result.texts(0, 1)
        var outcome = RestoreOutcome()
        var stored: [Int] = []
        for (index, fate) in fates.enumerated() {
            switch fate {
            case 1:
                outcome.imported += 1
                stored.append(index)
            case 2: outcome.duplicates += 1
            case 3:
                guard let text = reasons?[index], let reason = RejectionReason(rawValue: text) else { throw unreadable }
                outcome.rejections.append(
                    Rejection(index: index, eventID: changes[index].change.eventID, reason: reason))
            case 4: outcome.quarantined += 1
            case 5: break
            default: throw unreadable
            }
        }
        return (outcome, stored)
    }

    /// Notes what quarantined changes are recognised by.
    static func noting(
        _ contents: [(number: Int64, content: ChangeFingerprint)], of user: UserID
    ) throws(PostgresError) -> PostgresStatement {
        var numbers = try PostgresArray(of: .int8)
        var digests = try PostgresArray(of: .uuid)
        for (number, content) in contents {
            numbers.append(number)
            digests.append(uuid: content.high, content.low)
        }
        var parameters = PostgresParameters()
        try parameters.append(user.text)
        parameters.append(numbers)
        parameters.append(digests)
        return PostgresStatement(
            """
            UPDATE sync_quarantine AS q SET content = c.content
            FROM unnest($2, $3) AS c (seq, content) WHERE q.seq = c.seq AND q.user_id = $1
            """, parameters)
    }

    private static var unreadable: StoreError {
        StoreError(.internalFault, "The database gave no readable answer to a restore.")
    }
}
