@testable import PostgresStore

extension PostgresStoreFixture {
    /// Gives `use` a store and another one over the same database, as two servers have, and stops both.
    static func withTwoStores(_ use: (PostgresStoreFixture, PostgresStore) async throws -> Void) async throws {
        try await withStore { fixture in
            let other = try await fixture.openAnother()
            let outcome: Result<Void, any Error>
            do {
                try await use(fixture, other)
                outcome = .success(())
            } catch {
                outcome = .failure(error)
            }
            await other.stop()
            try outcome.get()
        }
    }
}
