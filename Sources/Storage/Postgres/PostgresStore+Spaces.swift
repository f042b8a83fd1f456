public import Domain
import StorageShared

extension PostgresStore: SpaceGrants {
    @discardableResult
    public func grant(
        _ spaces: [SpaceID: SpaceAccess], to user: UserID, askedBefore age: Duration
    ) async throws(StoreError) -> Bool {
        let engine = try enter()
        defer { engine.gate.leave() }
        return try await engine.grant(spaces, to: user, askedBefore: age)
    }

    public func grantedSpaces(of user: UserID) async throws(StoreError) -> Set<SpaceID> {
        let engine = try enter()
        defer { engine.gate.leave() }
        return try await engine.grantedSpaces(of: user)
    }

    public func lastAnswer(about user: UserID) async throws(StoreError) -> GrantedAnswer? {
        let engine = try enter()
        defer { engine.gate.leave() }
        return try await engine.lastAnswer(about: user)
    }

    public func tables(
        of spaces: Set<SpaceID>, readBy user: UserID
    ) async throws(StoreError) -> [AppID: Set<TableName>] {
        let engine = try enter()
        defer { engine.gate.leave() }
        return try await engine.tables(of: spaces, readBy: user)
    }
}
