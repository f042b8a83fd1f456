import StoreContracts
import Testing

@Suite("The contract of the change log, on PostgreSQL")
struct ContractTests {
    @Test("Promise", arguments: changeLogContract)
    func promise(_ promise: ContractCase) async throws {
        try await promise.check(on: PostgresStoreFixture())
    }

    @Test(
        "Promise, through PgBouncer in transaction mode", .enabled(if: PgBouncer.isInstalled),
        arguments: changeLogContract)
    func pooledPromise(_ promise: ContractCase) async throws {
        try await promise.check(on: PostgresStoreFixture(through: PgBouncer.shared()))
    }
}
