import Domain

/// Spaces as live connections need them.
struct SharedSpaces: Sendable {
    let directory: any SpaceDirectory
    let grants: any SpaceGrants

    /// The spaces whose rows the user may read now.
    func readable(by user: UserID) async throws -> Set<SpaceID> {
        try await directory.prepareRead(by: user)
        return try await grants.grantedSpaces(of: user)
    }

    /// What is to be told of `spaces` that the user came to read: notices of all that they have.
    func notices(of spaces: Set<SpaceID>, for user: UserID) async throws(StoreError) -> [ChangeNotice] {
        try await grants.tables(of: spaces, readBy: user).flatMap { app, tables in
            let tables = Array(tables)
            return stride(from: 0, to: tables.count, by: ChangeNotice.mostTables).map { start in
                ChangeNotice(
                    author: user, client: nil, app: app,
                    tables: Set(tables[start..<min(start + ChangeNotice.mostTables, tables.count)]))
            }
        }
    }
}
