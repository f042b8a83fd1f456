/// Which spaces users may read: kept in storage, so that all servers over it agree (spec: storage.md, "Membership is a grant row in storage";
/// decision 13; the contract suite in Tests/Contracts checks it).
///
/// A ``ChangeQuery`` that includes spaces reads through the grants as they are in its own transaction. Whoever is granted a space gets the rows that it has,
/// at places of their own and before anything newer, and then what is written later; once each in a chain of cursors. Their own rows are in
/// their log already and do not come again. A grant that ended brings nothing more; one that is made anew brings the space's rows anew.
public protocol SpaceGrants: Sendable {
    /// Makes `spaces` the ones that the user may read: at once, or not at all.
    ///
    /// An answer that was asked for before the last one granted changes nothing, whichever server brings it.
    /// Where something changed, ``ChangeNews/grantsChanged(_:)`` is told to all servers.
    ///
    /// - Parameter age: How long ago whoever knows was asked.
    /// - Returns: Whether something changed.
    @discardableResult
    func grant(_ spaces: Set<SpaceID>, to user: UserID, askedBefore age: Duration) async throws(StoreError) -> Bool

    /// The spaces that the user may read now.
    func grantedSpaces(of user: UserID) async throws(StoreError) -> Set<SpaceID>

    /// How long ago whoever knows was asked for the answer that was granted last, by any server. Nil where none was, or it seems to be later than now:
    /// the wall clock has been set back.
    func grantAge(of user: UserID) async throws(StoreError) -> Duration?

    /// The tables, by app, that have rows of those of `spaces` which the user may read. Takes time in proportion to the rows.
    func tables(of spaces: Set<SpaceID>, readBy user: UserID) async throws(StoreError) -> [AppID: Set<TableName>]
}
