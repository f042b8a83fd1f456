/// A question to the log: which changes of an app a reader gets after a cursor.
public struct ChangeQuery: Sendable {
    /// Who reads: they see what they wrote, whichever client it was by.
    public var user: UserID
    /// The client that reads: what it pushed itself is left out. None leaves nothing out.
    public var client: ClientID?
    /// Whether they also see the rows of the spaces that are granted to them (``SpaceGrants``). Without, a space is a label.
    public var includesSpaces = false
    /// The app.
    public var app: AppID
    /// The tables, or nil for all.
    public var tables: Set<TableName>?
    /// Only changes after this place. One ahead of the change clock counts as the clock.
    public var after: Cursor
    /// The most rows in a page; at least 1. Rows that share their place with the last one follow even so.
    public var limit: Int
    /// The most bytes in a page, as the sink counts them: it ends before a row whose columns alone would carry it further, and after one
    /// with which the sink got there. One row comes in any case, and what the sink had written before does not count.
    public var byteLimit: Int

    /// A query of its parts.
    public init(
        user: UserID, client: ClientID?, app: AppID, tables: Set<TableName>? = nil, after: Cursor, limit: Int = 1000,
        byteLimit: Int = 4 << 20
    ) {
        self.user = user
        self.client = client
        self.app = app
        self.tables = tables
        self.after = after
        self.limit = limit
        self.byteLimit = byteLimit
    }
}

/// One page of an answer.
public struct ChangePage<Sink: ChangeSink>: Sendable {
    /// The sink with the page's rows in it.
    public var sink: Sink
    /// How many rows it took.
    public var count: Int
    /// Where the reader goes on: every change up to here that it may see is in this page or before it. The last row's place if there is
    /// more (a later one in a page without rows, of a reader who is still inheriting a space), else never earlier than the query's cursor, except that one ahead of the change clock is mended.
    public var until: Cursor
    /// Whether more is there already.
    public var hasMore: Bool
    /// The spaces that were granted to the reader, where the query includes them.
    public var spaces: Set<SpaceID>?

    /// A page of its parts.
    public init(sink: Sink, count: Int, until: Cursor, hasMore: Bool, spaces: Set<SpaceID>? = nil) {
        self.sink = sink
        self.count = count
        self.until = until
        self.hasMore = hasMore
        self.spaces = spaces
    }
}
