import Domain

/// Refuses those of some changes that their user may not make now, as a push would: who is in which space is for others to know.
///
/// - Throws: where that cannot be said now; then nothing may be stored.
typealias SpaceJudge = @Sendable (_ changes: inout [PushedChange], _ user: UserID) async throws -> Void

extension SpaceDirectory {
    /// The judge of imports.
    var judge: SpaceJudge {
        { changes, user in _ = try await judge(&changes, of: user) }
    }
}

extension [ArchivalChange] {
    /// The changes with the refusals that `judge` gives those that come from the log. What was in the quarantine stays what it was.
    func judged(by judge: SpaceJudge, for user: UserID) async throws -> [ArchivalChange] {
        let events = indices.filter { !self[$0].wasQuarantined }
        var changes = events.map { self[$0].change }
        try await judge(&changes, user)
        var judged = self
        for (index, change) in zip(events, changes) { judged[index].change.refusal = change.refusal }
        return judged
    }
}
