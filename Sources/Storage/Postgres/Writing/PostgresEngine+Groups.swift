import Domain
import Kernel
import PostgresClient

/// Pushes that share a transaction (decision 11).
extension PostgresEngine {
    /// Runs a push when it is its turn: for others too, by another one, or by itself.
    func storeInTurn(
        _ member: PushGroups.Member, alone: @Sendable (LockPatience) throws(PostgresError) -> [PostgresStatement]
    ) async throws(StoreError) -> (results: [PostgresResult], wasUnsure: Bool) {
        guard member.changes <= PushGroups.mostChanges else { return try await storeAlone(alone) }
        switch await groups.turn(of: member) {
        case .stored(let results): return (results, false)
        case .alone(let wasUnsure): return try await storeAlone(alone, wasUnsure: wasUnsure)
        case .refused(let error): throw StoreError(error)
        case .lead(let others):
            let wasUnsure: Bool
            do throws(PostgresError) {
                defer { groups.passOn() }
                guard others.isEmpty else { return (try await storeTogether(member, others), false) }
                let results = try await client.transaction(try alone(.short))
                clock.pushWasStored(leftBehind: PushStatement.leftClockBehind(in: results[0]))
                return (results, false)
            } catch {
                // Whatever it was, the lane is for others by now: so nobody's lock stops them for long.
                if error.losesDatabase { clock.databaseWasLost() }
                guard !error.foundNoConnection else {
                    for other in others { other.tell(.refused(error)) }
                    throw StoreError(error)
                }
                wasUnsure = error.isFateUnknown
            }
            for other in others { other.tell(.alone(wasUnsure: wasUnsure)) }
            return try await storeAlone(alone, wasUnsure: wasUnsure)
        }
    }

    /// Runs a group's transaction and tells the others, unless it fails; the leader's results.
    private func storeTogether(
        _ member: PushGroups.Member, _ others: [PushGroups.Waiting]
    ) async throws(PostgresError) -> [PostgresResult] {
        let members = [member] + others.map(\.member)
        var statements = [
            try GroupStatement.make(members, role: role, now: wallClock?.microseconds, slack: clock.slack)
        ]
        var ends: [Int] = []
        for member in members {
            statements += try member.statements()
            ends.append(statements.count)
        }
        let results = try await client.transaction(statements)
        clock.pushWasStored(leftBehind: GroupStatement.leftClockBehind(in: results[0]))
        for (number, other) in others.enumerated() {
            other.tell(.stored(Array(results[ends[number]..<ends[number + 1]])))
        }
        return Array(results[1..<ends[0]])
    }

    private func storeAlone(
        _ statements: @Sendable (LockPatience) throws(PostgresError) -> [PostgresStatement], wasUnsure: Bool = false
    ) async throws(StoreError) -> (results: [PostgresResult], wasUnsure: Bool) {
        let (results, isUnsure) = try await transaction { () throws(PostgresError) in try statements(.long) }
        clock.pushWasStored(leftBehind: PushStatement.leftClockBehind(in: results[0]))
        return (results, wasUnsure || isUnsure)
    }
}
