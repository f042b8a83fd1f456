public import Kernel

/// One step of a schema, known by its owner and name, never changed once it was released.
package struct Migration: Sendable {
    /// Who owns the tables: `storage`, or a plugin.
    package let owner: String
    /// What tells it from the owner's others; they are applied in the order in which the owner lists them.
    package let name: String
    /// The statements, which run in order within a transaction.
    package let statements: [String]

    /// A step of its parts.
    package init(owner: String, name: String, statements: [String]) {
        self.owner = owner
        self.name = name
        self.statements = statements
    }

    /// A step whose statements an engine takes as one text.
    package init(owner: String, name: String, sql: String) {
        self.init(owner: owner, name: name, statements: [sql])
    }
}

/// Where a migration stands in a database.
public struct MigrationStatus: Hashable, Sendable {
    /// The owner of the tables.
    public var owner: String
    /// The migration's name.
    public var name: String
    /// How it stands.
    public var state: State

    /// How a migration stands.
    public enum State: Hashable, Sendable {
        /// Done at this time.
        case applied(UnixTime)
        /// To be done.
        case pending
        /// Done by a server that knows more than this one.
        case unknown(UnixTime)
    }
}
