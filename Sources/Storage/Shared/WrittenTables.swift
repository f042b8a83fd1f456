package import Domain

/// The tables that a push's stored changes are in, by space: what its notices say.
package struct WrittenTables: Sendable {
    private var bySpace: [SpaceID?: Set<TableName>] = [:]
    private var last: (space: SpaceID?, table: TableName)?

    /// None yet.
    package init() {}

    /// Those of all changes of a push, where nobody knows which of them are new.
    package init(of push: Push) {
        for change in push.changes { insert(change.table, in: change.space) }
    }

    /// Adds the table of a change that was stored.
    package mutating func insert(_ table: TableName, in space: SpaceID?) {
        // Changes of one table mostly come in a row.
        if let last, last.table == table, last.space == space { return }
        last = (space, table)
        bySpace[space, default: []].insert(table)
    }

    /// The notices of the push, none where nothing was stored.
    package func notices(of push: Push) -> [ChangeNotice] {
        bySpace.flatMap { space, tables in
            var rest = Array(tables)[...]
            var notices: [ChangeNotice] = []
            while !rest.isEmpty {
                notices.append(
                    ChangeNotice(
                        author: push.user, client: push.client, app: push.app, space: space,
                        tables: Set(rest.prefix(ChangeNotice.mostTables))))
                rest = rest.dropFirst(ChangeNotice.mostTables)
            }
            return notices
        }
    }
}
