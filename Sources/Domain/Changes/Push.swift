/// One client's push to one app: stored whole or not at all.
public struct Push: Sendable {
    /// Who pushes.
    public var user: UserID
    /// The app that the changes are of.
    public var app: AppID
    /// The installation that pushes, if it named itself.
    public var client: ClientID?
    /// The cursor as the client sent it, not lowered to the server's clock: part of a retry's identity.
    public var since: Cursor
    /// The changes, in the request's order. May be empty.
    public var changes: [PushedChange]
    /// For how long a retry without event ids is recognised.
    public var retryWindow: Duration
    /// The spaces that the user may write into, nil for any. An engine refuses the whole push for a change in another one that has no
    /// ``PushedChange/refusal``: whoever judged the changes made a mistake.
    public var writableSpaces: Set<SpaceID>?

    /// A push as the protocol's reader makes it.
    public init(
        user: UserID, app: AppID, client: ClientID?, since: Cursor, changes: [PushedChange],
        retryWindow: Duration = .seconds(24 * 3600), writableSpaces: Set<SpaceID>? = nil
    ) {
        self.user = user
        self.app = app
        self.client = client
        self.since = since
        self.changes = changes
        self.retryWindow = retryWindow
        self.writableSpaces = writableSpaces
    }
}

/// What became of a push that was acknowledged.
public struct PushOutcome: Sendable {
    /// How many changes were stored now.
    public var stored: Int
    /// How many were recognised as stored before.
    public var duplicates: Int
    /// Those that are in the quarantine, now or since an earlier try, in the request's order.
    public var rejections: [Rejection]
    /// The places of the changes stored now: the first and the last.
    public var written: ClosedRange<Cursor>?

    /// An outcome of its parts.
    public init(stored: Int = 0, duplicates: Int = 0, rejections: [Rejection] = [], written: ClosedRange<Cursor>? = nil)
    {
        self.stored = stored
        self.duplicates = duplicates
        self.rejections = rejections
        self.written = written
    }
}

/// A change that the user may not make: kept in the quarantine with its reason.
public struct Rejection: Hashable, Sendable {
    /// Its index in the request's changes.
    public var index: Int
    /// The id that the client gave it.
    public var eventID: EventID?
    /// Why.
    public var reason: RejectionReason

    /// A rejection of its parts.
    public init(index: Int, eventID: EventID?, reason: RejectionReason) {
        self.index = index
        self.eventID = eventID
        self.reason = reason
    }
}
