/// One user's whole log, over all apps: what leaves with an export, comes with an import and goes with an erasure (spec: backup.md;
/// the contract suite in Tests/Contracts checks it).
///
/// - The pages of one ``UserLogExtent`` are one view: each change that the user authored up to its bound, once, in the clock's order, whatever is
///   pushed meanwhile. No transaction is open between two pages. A user who is erased meanwhile ends the view: the next page throws.
/// - An import is stored as a push is: notices tell of it, cursors reach it, and what is there already is not stored again.
/// - An erasure is one transaction, ledger and all.
public protocol UserLog: Sendable {
    /// Fixes the bounds of a view of what `user` authored up to now.
    func extent(of user: UserID) async throws(StoreError) -> UserLogExtent

    /// Reads the page of an extent's changes after a place.
    ///
    /// - Throws: ``StoreError/Code/gone`` where the user was erased since the bounds were fixed.
    func read<Sink: ChangeSink>(
        _ extent: UserLogExtent, after: Cursor, limit: PageLimit, into sink: Sink
    ) async throws(StoreError) -> ChangePage<Sink>

    /// Reads the page of an extent's quarantined changes after a place, in the order in which they were quarantined.
    ///
    /// - Throws: ``StoreError/Code/gone`` where the user was erased since the bounds were fixed.
    func readQuarantine<Sink: QuarantineSink>(
        _ extent: UserLogExtent, after: QuarantinePlace, limit: PageLimit, into sink: Sink
    ) async throws(StoreError) -> QuarantinePage<Sink>

    /// Stores changes that come from an archive of `user`, in one transaction, each under a new place, in their order. No client counts as the
    /// one that pushed them, so that every device of the user gets them.
    ///
    /// Events that the user stored before are not stored again; those whose id belongs to another user go to the quarantine, and count as
    /// rejected. A change with a ``PushedChange/refusal`` goes to the quarantine, unless one of the same content is there or, with an
    /// event id, the change itself is in the log. One that was not in the quarantine before (``ArchivalChange/wasQuarantined``) counts as rejected
    /// then. A caller's cancellation does not part it.
    ///
    /// - Parameter isRehearsal: Whether to say what would be, and store nothing.
    func restore(
        _ changes: [ArchivalChange], of user: UserID, isRehearsal: Bool
    ) async throws(StoreError) -> RestoreOutcome

    /// Removes what `user` authored from the log and the quarantine, and the identities of their retries, and enters that in the ledger of
    /// erasures, in one transaction. What they push later is kept. A caller's cancellation does not part it.
    func erase(_ user: UserID) async throws(StoreError) -> Erasure

    /// The ledger of erasures, to be kept beside artifacts: for each user who was erased, the last time.
    func erasureLedger() async throws(StoreError) -> ErasureLedger

    /// To be called after older rows came back, by a restore of any kind, and before anyone is served: removes again what the engine's own ledger or
    /// one of `ledgers` says was erased, in one transaction, and raises the clock above those places.
    ///
    /// Only rows up to a user's place go, and only what was quarantined up to its time: a user who came back keeps what is new. What the
    /// other ledgers say of users whose rows are there is entered in the engine's own.
    func reapply(_ ledgers: [ErasureLedger]) async throws(StoreError) -> ReappliedErasures
}

/// The bounds of a view of a user's log.
public struct UserLogExtent: Hashable, Sendable {
    /// Whose log.
    public var user: UserID
    /// The last place in the clock that belongs to the view.
    public var until: Cursor
    /// The last number in the quarantine that belongs to the view.
    public var quarantineUntil: Int64

    /// An extent of its parts.
    public init(user: UserID, until: Cursor, quarantineUntil: Int64) {
        self.user = user
        self.until = until
        self.quarantineUntil = quarantineUntil
    }
}

/// How much a page may have: it ends with whichever bound is reached first, and has one row in any case.
public struct PageLimit: Hashable, Sendable {
    /// The most rows. Rows that share their place with the last one follow even so.
    public var rows: Int
    /// The most bytes, as the sink counts them.
    public var bytes: Int

    /// A limit of its parts.
    public init(rows: Int = 1000, bytes: Int = 256 << 10) {
        self.rows = rows
        self.bytes = bytes
    }
}

/// What an erasure removed.
public struct Erasure: Hashable, Sendable {
    /// How many changes of the log and of the quarantine.
    public var erased: Int
    /// The user's pseudonym in the ledger: a keyed hash, in hexadecimal. Safe to log.
    public var pseudonym: String
    /// The place in the clock up to which the user's rows are gone.
    public var place: Cursor

    /// An erasure of its parts.
    public init(erased: Int, pseudonym: String, place: Cursor) {
        self.erased = erased
        self.pseudonym = pseudonym
        self.place = place
    }
}
