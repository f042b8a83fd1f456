import Domain
import PostgresClient

/// What a push holds by itself.
struct OwnHold: Sendable {
    var locks: ScopeLocks
    /// How far the clock may lag before it moves it.
    var slack: Int64
    var patience: LockPatience

    /// Nothing: its transaction holds all of it already, and has moved the clock if that was due.
    static let nothing = OwnHold(locks: .none, slack: .max / 2, patience: .long)
}

/// The pushes of one transaction (decision 11).
struct PushGroup: Sendable {
    let members: [PushGroups.Member]

    /// A single push of somebody who reads no spaces holds its scopes in its own statement; for all others one statement does, in one ordered pass.
    private var holdsApart: Bool { members.count > 1 || members.contains { $0.reader != nil } }

    /// The transaction.
    ///
    /// - Parameters:
    ///   - role: the role to switch to, where the login is above row-level security.
    ///   - now: the wall clock in microseconds; the database's own where nil.
    ///   - slack: how many microseconds the change clock may lag behind the wall clock.
    ///   - patience: how long it waits for each lock.
    func statements(
        role: String?, now: Int64?, slack: Int64, patience: LockPatience
    ) throws(PostgresError) -> [PostgresStatement] {
        let locks = ScopeLocks(of: members.map(\.locks))
        guard holdsApart else {
            return try members[0].statements(OwnHold(locks: locks, slack: slack, patience: patience))
        }
        var parameters = PostgresParameters()
        try parameters.append(optional: role)
        if let now { parameters.append(now) } else { parameters.appendNull(.int8) }
        parameters.append(slack)
        try locks.append(to: &parameters)
        var readers = try PostgresArray(of: .text)
        for reader in Set(members.compactMap(\.reader)) { try readers.append(reader.text) }
        parameters.append(readers)
        var statements = [PostgresStatement(patience == .long ? Self.patientSQL : Self.impatientSQL, parameters)]
        for member in members { statements += try member.statements(.nothing) }
        return statements
    }

    /// What each push's statements gave.
    func results(of all: [PostgresResult]) -> [[PostgresResult]] {
        var rest = all.dropFirst(holdsApart ? 1 : 0)
        return members.map { member in
            defer { rest = rest.dropFirst(member.statementCount) }
            return Array(rest.prefix(member.statementCount))
        }
    }

    /// Whether the clock could not be moved, because somebody held it for long.
    func leftClockBehind(in all: [PostgresResult]) -> Bool {
        holdsApart ? all[0].boolean(0, 0) == true : PushStatement.leftClockBehind(in: all[0])
    }

    private static let patientSQL = sql(lockTimeout: TransactionLimits.lock)
    private static let impatientSQL = sql(lockTimeout: TransactionLimits.groupLock)

    private static func sql(lockTimeout: String) -> String {
        "SELECT lags FROM sync_enter_pushes($1, $2, $3, '\(lockTimeout)', '\(TransactionLimits.statement)', $4, $5, $6)"
    }
}
