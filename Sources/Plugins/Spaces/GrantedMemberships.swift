import CachedLookup
import Domain
import Kernel

/// Asks the auth service for a user's memberships, and grants them: whoever is given an answer may read by it.
struct GrantedMemberships: Sendable {
    let grants: any SpaceGrants
    /// In lower case.
    let readOnlyRoles: Set<String>
    let time: any TimeSource

    /// The answer, which holds in storage too.
    ///
    /// - Throws: ``LookupFailure/Code/notKept`` where storage is at fault: that must not hold back the next question.
    func fetch(_ userID: String, from endpoint: UserEndpoint) async throws(LookupFailure) -> Memberships {
        let asked = time.elapsed
        let user = UserID(userID)
        let memberships = try Memberships(
            json: await endpoint.answer(about: userID), of: user, readOnlyRoles: readOnlyRoles)
        do throws(StoreError) {
            try await grants.grant(memberships.access, to: user, askedBefore: time.elapsed - asked)
        } catch {
            throw LookupFailure(.notKept, "the answer could not be granted: \(error)")
        }
        return memberships
    }
}
