import Domain
import Kernel
import PostgresClient
import StorageShared

/// The call of the push function, and its answer.
enum PushStatement {
    /// The call.
    ///
    /// - Parameters:
    ///   - role: the role to switch to, where the login is above row-level security.
    ///   - now: the wall clock; the database's own where nil.
    ///   - hold: what it has to hold.
    static func make(
        _ push: Push, columns: ChangeColumns, role: String?, now: UnixTime?, hold: OwnHold
    ) throws(PostgresError) -> PostgresStatement {
        var parameters = PostgresParameters()
        try parameters.append(optional: role)
        try parameters.append(push.user.text)
        try parameters.append(push.app.text)
        try parameters.append(push.client?.text ?? "")
        parameters.append(push.since.time.microseconds)
        parameters.append(push.retryWindow.microseconds)
        if let now { parameters.append(now.microseconds) } else { parameters.appendNull(.int8) }
        parameters.append(hold.slack)
        try hold.locks.append(to: &parameters)
        if let spaces = push.writableSpaces {
            var names = try PostgresArray(of: .text)
            for space in spaces { try names.append(space.text) }
            parameters.append(names)
        } else {
            parameters.appendNull(PostgresType.text.array ?? .inferred)
        }
        columns.append(to: &parameters)
        return PostgresStatement(hold.patience == .long ? patientSQL : impatientSQL, parameters)
    }

    private static let patientSQL = sql(lockTimeout: TransactionLimits.lock)
    private static let impatientSQL = sql(lockTimeout: TransactionLimits.groupLock)

    private static func sql(lockTimeout: String) -> String {
        let placeholders = (1...29).map { "$\($0)" }
        return """
            SELECT fates, places, reasons, clock, reach, lags FROM sync_push(\
            \(placeholders[..<8].joined(separator: ", ")), '\(lockTimeout)', '\(TransactionLimits.statement)', \
            \(placeholders[8...].joined(separator: ", ")))
            """
    }

    /// Whether the clock could not be moved, because somebody held it for long.
    static func leftClockBehind(in result: PostgresResult) -> Bool { result.boolean(0, 5) == true }

    /// Reads what became of each change.
    static func outcome(of push: Push, in result: PostgresResult) throws(StoreError) -> StoredPush {
        let fates = result.integers(0, 0)
        let places = result.integers(0, 1)
        let reasons = result.texts(0, 2)
        guard places?.count == push.changes.count, fates == nil || fates?.count == push.changes.count else {
            throw StoreError(.internalFault, "The database gave no readable answer to a push.")
        }
        var stored = StoredPush()
        for (index, change) in push.changes.enumerated() {
            let place = places?[index].map(PostgresTime.unixMicroseconds(of:)) ?? 0
            let fate: ChangeFate
            switch fates?[index] ?? 1 {
            case 1: fate = .stored(place: place)
            case 2: fate = .duplicate(place: place)
            default:
                guard let text = reasons?[index], let reason = RejectionReason(rawValue: text) else {
                    throw StoreError(.internalFault, "The database gave no readable answer to a push.")
                }
                fate = .rejected(reason, isNew: true)
            }
            stored.note(fate, of: change, at: index)
        }
        stored.changes.sort()
        return stored
    }
}

/// How long a push waits for a lock: shortly while others wait for it to end.
enum LockPatience: Sendable {
    case short, long
}

/// How long a transaction may wait for others, and how long a statement may take, as PostgreSQL's settings say it.
enum TransactionLimits {
    static let lock = "5s"
    /// What a group's pushes wait for the locks of all: then each waits for its own.
    static let groupLock = "500ms"
    static let statement = "30s"
}

extension PostgresParameters {
    /// Text or NULL.
    mutating func append(optional text: String?) throws(PostgresError) {
        guard let text else { return appendNull(.text) }
        try append(text)
    }
}
