/// Which spaces users may read, and which of them they may write into: kept in storage, so that all servers over it agree (spec: storage.md, "Membership is a grant row in storage";
/// decision 13; the contract suite in Tests/Contracts checks it).
///
/// A ``ChangeQuery`` that includes spaces reads through the grants as they are in its own transaction. Whoever is granted a space gets the rows that it has,
/// at places of their own and before anything newer, and then what is written later; once each in a chain of cursors. Their own rows are in
/// their log already and do not come again. A grant that ended brings nothing more; one that is made anew brings the space's rows anew. One of which
/// the access alone changes is the same grant: no row comes again.
public protocol SpaceGrants: Sendable {
    /// Makes `spaces` the ones that the user may read, with that access: at once, or not at all.
    ///
    /// An answer that was asked for before the last one granted changes nothing, whichever server brings it.
    /// Where the user may read other spaces than before, ``ChangeNews/grantsChanged(_:)`` is told to all servers.
    ///
    /// - Parameter age: How long ago whoever knows was asked.
    /// - Returns: Whether the user may read other spaces than before.
    @discardableResult
    func grant(
        _ spaces: [SpaceID: SpaceAccess], to user: UserID, askedBefore age: Duration
    ) async throws(StoreError) -> Bool

    /// The spaces that the user may read now.
    func grantedSpaces(of user: UserID) async throws(StoreError) -> Set<SpaceID>

    /// The answer that was granted last, by any server. Nil where none was, or it seems to be later than now: the wall clock has been set back.
    func lastAnswer(about user: UserID) async throws(StoreError) -> GrantedAnswer?

    /// The tables, by app, that have rows of those of `spaces` which the user may read. Takes time in proportion to the rows.
    func tables(of spaces: Set<SpaceID>, readBy user: UserID) async throws(StoreError) -> [AppID: Set<TableName>]
}

/// What whoever knows said of a user last, as it is granted.
public struct GrantedAnswer: Hashable, Sendable {
    /// How long ago they were asked.
    public var age: Duration
    /// The spaces that the user may write into. One whose access is not known is none of them: it came with a backup that does not tell.
    public var writableSpaces: Set<SpaceID>

    /// An answer of its parts.
    public init(age: Duration, writableSpaces: Set<SpaceID>) {
        self.age = age
        self.writableSpaces = writableSpaces
    }
}
