import Domain
import Kernel
import PostgresClient

/// Pushes that share a transaction (decision 11).
extension PostgresEngine {
    /// Runs a push when it is its turn: for others too, by another one, or by itself.
    func storeInTurn(
        _ member: PushGroups.Member
    ) async throws(StoreError) -> (results: [PostgresResult], wasUnsure: Bool) {
        guard member.changes <= PushGroups.mostChanges else { return try await storeAlone(member) }
        switch await groups.turn(of: member) {
        case .stored(let results): return (results, false)
        case .alone(let wasUnsure): return try await storeAlone(member, wasUnsure: wasUnsure)
        case .refused(let error): throw StoreError(error)
        case .lead(let others):
            let wasUnsure: Bool
            do throws(PostgresError) {
                defer { groups.passOn() }
                return (try await storeTogether(member, others), false)
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
            return try await storeAlone(member, wasUnsure: wasUnsure)
        }
    }

    /// Runs a group's transaction once and tells the others, unless it fails; the leader's results.
    private func storeTogether(
        _ leader: PushGroups.Member, _ others: [PushGroups.Waiting]
    ) async throws(PostgresError) -> [PostgresResult] {
        let group = PushGroup(members: [leader] + others.map(\.member))
        let all = try await client.transaction(try statements(of: group, patience: .short))
        clock.pushWasStored(leftBehind: group.leftClockBehind(in: all))
        let results = group.results(of: all)
        for (other, results) in zip(others, results.dropFirst()) { other.tell(.stored(results)) }
        return results[0]
    }

    private func storeAlone(
        _ member: PushGroups.Member, wasUnsure: Bool = false
    ) async throws(StoreError) -> (results: [PostgresResult], wasUnsure: Bool) {
        let group = PushGroup(members: [member])
        let (all, isUnsure) = try await transaction { () throws(PostgresError) in
            try statements(of: group, patience: .long)
        }
        clock.pushWasStored(leftBehind: group.leftClockBehind(in: all))
        return (group.results(of: all)[0], wasUnsure || isUnsure)
    }

    private func statements(
        of group: PushGroup, patience: LockPatience
    ) throws(PostgresError) -> [PostgresStatement] {
        try group.statements(role: role, now: wallClock?.microseconds, slack: clock.slack, patience: patience)
    }
}
