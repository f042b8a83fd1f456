public import Domain

extension PostgresStore: SpaceGrants {
    @discardableResult
    public func grant(
        _ spaces: Set<SpaceID>, to user: UserID, askedBefore age: Duration
    ) async throws(StoreError) -> Bool { throw StoreError(.internalFault, "") }
    public func grantedSpaces(of user: UserID) async throws(StoreError) -> Set<SpaceID> { [] }
}
