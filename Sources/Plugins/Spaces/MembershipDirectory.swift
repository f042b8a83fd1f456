import CachedLookup
import CoreMetrics
import Domain

/// The auth service's word on who is in which space (spec: protocol.md, "Spaces").
///
/// What it says is granted in storage as part of being looked up: whoever is given an answer may read by it.
struct MembershipDirectory: SpaceDirectory {
    let lookup: CachedLookup<Memberships>
    let grants: any SpaceGrants
    /// How old the last answer may be that serves while the service does not answer.
    let staleFor: Duration
    /// In lower case.
    let readOnlyRoles: Set<String>
    let metrics: SpacesMetrics

    func prepareRead(by user: UserID) async throws(MembershipsUnavailable) {
        if lookup.cached(user.text) != nil { return }
        if await lookup.lookup(user.text).answer != nil { return }
        guard await grantsHold(of: user) else { throw unavailable() }
    }

    /// Whether the last answer that was granted serves still: this server may not be the one that was given it, or have been started since.
    /// The roles in it are not kept, so that it allows to read, not to write.
    private func grantsHold(of user: UserID) async -> Bool {
        do throws(StoreError) {
            return try await grants.grantAge(of: user).map { $0 < staleFor } ?? false
        } catch {
            return false
        }
    }

    /// A cached answer may allow, never refuse: before that the service is asked afresh.
    func judge(_ changes: inout [PushedChange], of user: UserID) async throws(MembershipsUnavailable) -> PushPermit {
        let personal = PersonalSpace.of(user)
        let named = Set(changes.compactMap(\.space)).subtracting([personal])
        let known = if let cached = lookup.cached(user.text) { cached } else { await lookup.lookup(user.text) }
        guard let memberships = known.answer else {
            guard named.isEmpty else { throw unavailable() }
            let readsDelta = await grantsHold(of: user)
            if !readsDelta { metrics.blind.increment() }
            return PushPermit(writableSpaces: [personal], readsDelta: readsDelta)
        }
        let shared = named.filter { !PersonalSpace.contains($0) }
        if shared.allSatisfy({ memberships.mayWrite(into: $0, readOnly: readOnlyRoles) }) {
            return refuse(&changes, by: memberships, personal: personal)
        }
        guard case .fresh(let fresh, _) = await lookup.lookup(user.text, fresh: true) else { throw unavailable() }
        return refuse(&changes, by: fresh, personal: personal)
    }

    private func refuse(
        _ changes: inout [PushedChange], by memberships: Memberships, personal: SpaceID
    ) -> PushPermit {
        let writable = memberships.spaces.filter { memberships.mayWrite(into: $0, readOnly: readOnlyRoles) }
            .union([personal])
        for index in changes.indices {
            guard let space = changes[index].space, !writable.contains(space) else { continue }
            let reason: RejectionReason = memberships.spaces.contains(space) ? .readOnly : .notAMember
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
