/// Says that a push was committed: what listeners have to look for, never the changes themselves.
public struct ChangeNotice: Hashable, Sendable {
    /// The most tables that one notice names. A push that wrote into more is told of in several notices, so that every notice is small and
    /// none is vague.
    public static let mostTables = 64

    /// Who pushed.
    public var author: UserID
    /// The installation that pushed, if it named itself.
    public var client: ClientID?
    /// The app.
    public var app: AppID
    /// The space that the changes belong to; nil for those that belong to none.
    public var space: SpaceID?
    /// The tables that were written into, within the space alone: a member of it learns nothing of others. 1 to ``mostTables``.
    public var tables: Set<TableName>

    /// A notice of its parts.
    public init(author: UserID, client: ClientID?, app: AppID, space: SpaceID? = nil, tables: Set<TableName>) {
        self.author = author
        self.client = client
        self.app = app
        self.space = space
        self.tables = tables
    }
}

/// What a listener is told.
public enum ChangeNews: Hashable, Sendable {
    /// These pushes were committed: at least one.
    case committed([ChangeNotice])
    /// A user may read other spaces than before (``SpaceGrants``).
    case grantsChanged(UserID)
    /// Notices may have been lost, of any user and app: whoever wants to know reads the log.
    case gap
}
