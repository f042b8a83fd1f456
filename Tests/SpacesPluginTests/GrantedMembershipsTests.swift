import CachedLookup
import Domain
import Kernel
import KernelTesting
import Testing

@testable import SpacesPlugin

@Suite("Memberships that are granted as they are looked up")
struct GrantedMembershipsTests {
    /// Storage that cannot be written.
    private struct FullStorage: SpaceGrants {
        func grant(
            _ spaces: [SpaceID: SpaceAccess], to user: UserID, askedBefore age: Duration
        ) async throws(StoreError) -> Bool {
            throw StoreError(.unavailable, "as the test says")
        }

        func grantedSpaces(of user: UserID) async throws(StoreError) -> Set<SpaceID> { [] }
        func lastAnswer(about user: UserID) async throws(StoreError) -> GrantedAnswer? { nil }
        func tables(
            of spaces: Set<SpaceID>, readBy user: UserID
        ) async throws(StoreError) -> [AppID: Set<TableName>] { [:] }
    }

    @Test("A fault of storage is not laid to the auth service, which answered")
    func fullStorage() async throws {
        try await StandInService.with(.json(MembershipList.document("anna", ["family:admin"]))) { auth in
            let time = ManualTime()
            let endpoint = UserEndpoint(
                address: try #require(ServiceAddress(auth.url)), path: "/{userId}", time: time)
            endpoint.open(showing: nil)
            let memberships = GrantedMemberships(grants: FullStorage(), readOnlyRoles: [], time: time)
            let failure = await #expect(throws: LookupFailure.self) {
                _ = try await memberships.fetch("anna", from: endpoint)
            }
            #expect(failure?.code == .notKept)
            try await endpoint.close()
        }
    }
}
