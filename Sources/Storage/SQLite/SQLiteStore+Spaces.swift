public import Domain
import Kernel
import StorageShared

extension SQLiteStore: SpaceGrants {
    @discardableResult
    public func grant(
        _ spaces: [SpaceID: SpaceAccess], to user: UserID, askedBefore age: Duration
    ) async throws(StoreError) -> Bool {
        let engine = try enter()
        defer { engine.gate.leave() }
        let hasChanged = try await engine.writer.perform { (session) throws(StoreError) in
            try session.grant(spaces, to: user, askedBefore: age)
        }
        if hasChanged { board.post(.grantsChanged(user)) }
        return hasChanged
    }

    public func grantedSpaces(of user: UserID) async throws(StoreError) -> Set<SpaceID> {
        let engine = try enter()
        defer { engine.gate.leave() }
        return try await engine.readers.read { (session) throws(StoreError) in
            try session.connection.grantedSpaces(of: user)
        }
    }

    public func lastAnswer(about user: UserID) async throws(StoreError) -> GrantedAnswer? {
        let engine = try enter()
        defer { engine.gate.leave() }
        return try await engine.readers.read { [time] (session) throws(StoreError) in
            try session.connection.lastAnswer(about: user, now: time.now)
        }
    }

    public func tables(
        of spaces: Set<SpaceID>, readBy user: UserID
    ) async throws(StoreError) -> [AppID: Set<TableName>] {
        let engine = try enter()
        defer { engine.gate.leave() }
        return try await engine.readers.read { (session) throws(StoreError) in
            try session.connection.tables(of: spaces, readBy: user)
        }
    }
}

extension SQLiteEngine {
    /// How often a page that comes to the end of what was inherited so far goes on to inherit, before it is answered as it is.
    private static let mostInheritances = 8

    /// Reads a page, through the reader's grants where the query includes them.
    func page<Sink: ChangeSink>(
        _ query: ChangeQuery, leavingOut own: OwnChanges, into sink: Sink
    ) async throws(StoreError) -> ChangePage<Sink> {
        guard query.includesSpaces else {
            return try await readers.read { (session) throws(StoreError) in
                try session.page(query, leavingOut: own, into: sink)
            }
        }
        for inheritances in 0... {
            let (page, awaitsInheritance) = try await readers.read { (session) throws(StoreError) in
                try session.sharedPage(query, leavingOut: own, into: sink)
            }
            guard awaitsInheritance, inheritances < Self.mostInheritances else { return page }
            try await writer.perform { (session) throws(StoreError) in
                try session.inherit(by: query.user, in: query.app)
            }
        }
        throw StoreError(.internalFault, "An inheritance came to no end.")
    }
}
