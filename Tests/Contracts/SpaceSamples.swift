import Domain
import Testing

let carl = UserID("carl")
let family = SpaceID("family")
let work = SpaceID("work, \"and\" more")

/// An insert into a space; its identity follows from its `text`.
func insert(_ text: String, into space: SpaceID, table: String = "tasks") -> PushedChange {
    var change = insert(text, table: table)
    change.space = space
    return change
}

extension StoreFixture {
    /// Grants what was learned just now: spaces to write into, and `readable` ones only to read.
    @discardableResult
    func grant(
        _ spaces: Set<SpaceID>, readable: Set<SpaceID> = [], to user: UserID, askedBefore age: Duration = .zero
    ) async throws -> Bool {
        let access =
            Dictionary(uniqueKeysWithValues: spaces.map { ($0, SpaceAccess.readWrite) })
            .merging(readable.map { ($0, .readOnly) }) { _, readOnly in readOnly }
        return try await grants.grant(access, to: user, askedBefore: age)
    }

    /// Stores inserts into a space, one push each.
    func write(_ texts: [String], into space: SpaceID, by user: UserID) async throws {
        for text in texts { try await log.store(push([insert(text, into: space)], user: user)) }
    }

    /// One page as a member of spaces sees it.
    func sharedPage(
        of user: UserID, client: ClientID? = nil, app: AppID? = nil, tables: Set<TableName>? = nil,
        after: Cursor = .beginning, limit: Int = 1000, byteLimit: Int = 4 << 20
    ) async throws -> ChangePage<RowCollector> {
        var query = ChangeQuery(
            user: user, client: client, app: app ?? todo, tables: tables, after: after, limit: limit,
            byteLimit: byteLimit)
        query.includesSpaces = true
        return try await log.read(query, into: RowCollector())
    }

    /// What a member of spaces gets who follows the cursors from `after` until there is no more, and where they stand then.
    func sharedChain(
        of user: UserID, client: ClientID? = nil, tables: Set<TableName>? = nil, after: Cursor = .beginning,
        limit: Int = 1000
    ) async throws -> (records: [String], until: Cursor) {
        var records: [String] = []
        var after = after
        while true {
            let page = try await sharedPage(of: user, client: client, tables: tables, after: after, limit: limit)
            records += page.records
            try #require(page.until >= after)
            try #require(page.count <= limit)
            if page.hasMore { try #require(page.until > after) }
            after = page.until
            if !page.hasMore { return (records, after) }
        }
    }

    /// The records of ``sharedChain(of:client:tables:after:limit:)``.
    func shared(
        of user: UserID, client: ClientID? = nil, tables: Set<TableName>? = nil, after: Cursor = .beginning,
        limit: Int = 1000
    ) async throws -> [String] {
        try await sharedChain(of: user, client: client, tables: tables, after: after, limit: limit).records
    }
}
