import Domain
import HTTPTypes
import Kernel
import Testing

@Suite("Errors of a store")
struct StoreErrorTests {
    @Test(
        "are answered without a word of the engine's",
        arguments: [
            (StoreError.Code.unavailable, 503, "store_unavailable"), (.overloaded, 503, "store_overloaded"),
            (.full, 507, "store_full"),
            (.unusable, 500, "internal_error"), (.newerSchema, 500, "internal_error"),
            (.needsMigration, 500, "internal_error"),
            (.inUse, 500, "internal_error"), (.internalFault, 500, "internal_error"),
        ])
    func problem(code: StoreError.Code, status: Int, name: String) {
        let problem = StoreError(code, "the secret message", cause: "the secret cause").problem
        #expect(problem.status == status)
        #expect(problem.code == name)
        #expect(!problem.detail.contains("secret"))
        #expect((problem.headers[.retryAfter] == nil) == (status != 503))
    }

    @Test("are safe to log as they describe themselves; the cause is for debugging")
    func description() {
        let error = StoreError(
            .unusable, "The file is damaged.", cause: "SQLITE_CORRUPT", file: "Store/File.swift", line: 7)
        #expect("\(error)" == "The file is damaged.")
        #expect(error.debugDescription == "unusable: The file is damaged. (SQLITE_CORRUPT; Store/File.swift:7)")
    }

    @Test(
        "explain themselves to who runs the server, with what is known",
        arguments: [
            ("Connection refused", "see storage.postgres", "Gone. (Connection refused; see storage.postgres)"),
            ("Connection refused", nil, "Gone. (Connection refused)"), (nil, "data.db", "Gone. (data.db)"),
            (nil, nil, "Gone."),
        ] as [(String?, String?, String)])
    func explanation(cause: String?, place: String?, text: String) {
        #expect(StoreError(.unavailable, "Gone.", cause: cause).explanation(place: place) == text)
    }
}
