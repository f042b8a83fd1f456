import Domain

/// A space that a user may read, as one page of an app sees it.
struct SpaceGrant: Sendable {
    var id: Int64
    var space: SpaceID
    /// Rows of the space after this place are read by their own.
    var joinedAt: Int64
    /// The last place that an inherited row has been given.
    var inheritedTo: Int64
    /// Whether every row of the app that is to be inherited has its place.
    var isInherited: Bool

    /// The grants of ?1, for the app ?2.
    static let list = """
        SELECT g.grant_id, g.space_id, g.joined_at, g.inherited_to, coalesce(i.is_complete, g.inherited_to >= g.joined_at)
        FROM space_grants AS g LEFT JOIN space_inheritance AS i ON i.grant_id = g.grant_id AND i.app_id = ?2
        WHERE g.user_id = ?1 AND g.ended_at IS NULL ORDER BY g.grant_id
        """

    /// Reads what ``list`` answers.
    static func all(of user: UserID, in app: AppID, by statement: SQLiteStatement) throws(StoreError) -> [SpaceGrant] {
        try statement.bind(1, user.text)
        try statement.bind(2, app.text)
        defer { statement.reset() }
        var grants: [SpaceGrant] = []
        while try statement.step() {
            grants.append(
                SpaceGrant(
                    id: statement.integer(0), space: SpaceID(statement.string(1)), joinedAt: statement.integer(2),
                    inheritedTo: statement.integer(3), isInherited: statement.integer(4) == 1))
        }
        return grants
    }
}
