import CachedLookup
import CoreMetrics
import Domain

/// The auth service's word on who is in which space (spec: protocol.md, "Spaces").
///
/// What it says is granted in storage as part of being looked up: whoever is given an answer may read by it. While it does not answer, what it said last
/// serves, to this server or, by what is granted, to any.
struct MembershipDirectory: SpaceDirectory {
    let lookup: CachedLookup<Memberships>
    let grants: any SpaceGrants
    /// How old the last answer may be that serves while the service does not answer.
    let staleFor: Duration
    let metrics: SpacesMetrics

    func prepareRead(by user: UserID) async throws(MembershipsUnavailable) {
        if lookup.cached(user.text) != nil { return }
        if await lookup.lookup(user.text).answer != nil { return }
        guard await grantedAnswer(about: user) != nil else { throw unavailable() }
    }

    /// The last answer that was granted, where it serves still: this server may not be the one that was given it, or have been started since.
    private func grantedAnswer(about user: UserID) async -> GrantedAnswer? {
        do throws(StoreError) {
            return try await grants.lastAnswer(about: user).flatMap { $0.age < staleFor ? $0 : nil }
        } catch {
            return nil
        }
    }

    /// An answer that is known already may allow, never refuse: before that the service is asked afresh.
    func judge(_ changes: inout [PushedChange], of user: UserID) async throws(MembershipsUnavailable) -> PushPermit {
        let personal = PersonalSpace.of(user)
        let named = Set(changes.compactMap(\.space)).subtracting([personal])
        guard let writable = await knownWritableSpaces(of: user) else {
            guard named.isEmpty else { throw unavailable() }
            metrics.blind.increment()
            return PushPermit(writableSpaces: [personal], readsDelta: false)
        }
        // Whose the personal spaces of others are, nobody need be asked.
        let shared = named.filter { !PersonalSpace.contains($0) }
        if shared.isSubset(of: writable) {
            return refuse(&changes, butInto: writable.union([personal])) { _ in .notAMember }
        }
        guard case .fresh(let fresh, _) = await lookup.lookup(user.text, fresh: true) else { throw unavailable() }
        return refuse(&changes, butInto: fresh.writableSpaces.union([personal])) { space in
            fresh.access[space] == nil ? .notAMember : .readOnly
        }
    }

    /// Where the user may write by what is known without asking for the push's sake; nil while nothing is known that counts.
    private func knownWritableSpaces(of user: UserID) async -> Set<SpaceID>? {
        let known = if let cached = lookup.cached(user.text) { cached } else { await lookup.lookup(user.text) }
        if let memberships = known.answer { return memberships.writableSpaces }
        // The service has answered, and storage has not kept it: what it keeps is older.
        if case .unknown(let cause) = known, cause.code == .notKept { return nil }
        return await grantedAnswer(about: user)?.writableSpaces
    }

    private func refuse(
        _ changes: inout [PushedChange], butInto writable: Set<SpaceID>, for reason: (SpaceID) -> RejectionReason
    ) -> PushPermit {
        for index in changes.indices {
            guard let space = changes[index].space, !writable.contains(space) else { continue }
            let reason = reason(space)
            changes[index].refusal = reason
            metrics.refused(for: reason)
        }
        return PushPermit(writableSpaces: writable)
    }

    private func unavailable() -> MembershipsUnavailable {
        metrics.unavailable.increment()
        return MembershipsUnavailable()
    }
}
