import StoreContracts
import Testing

@Suite("The contract of the change log, on PostgreSQL")
struct ContractTests {
    @Test("Promise", arguments: changeLogContract)
    func promise(_ promise: ContractCase) async throws {
        try await promise.check(on: PostgresStoreFixture())
    }
}
