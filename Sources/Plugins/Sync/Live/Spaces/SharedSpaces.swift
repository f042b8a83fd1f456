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
}
