import Domain

@testable import SQLiteStore

/// Another program that holds the database's write lock, so that pushes wait for as long as a test wants.
struct StoreBlocker {
    private let connection: SQLiteConnection

    init(of fixture: SQLiteFixture) throws {
        connection = try SQLiteConnection(path: fixture.path, for: .writing)
        try connection.execute("BEGIN IMMEDIATE")
    }

    func release() throws {
        try connection.execute("ROLLBACK")
    }
}
