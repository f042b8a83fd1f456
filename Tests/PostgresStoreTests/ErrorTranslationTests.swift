import Domain
import PostgresClient
import Testing

@testable import PostgresStore

@Suite("The client's errors as the store's")
struct ErrorTranslationTests {
    @Test("keep the server's words as their cause, and say nothing twice")
    func cause() {
        var lost = PostgresError(.connectionLost, "The database cannot be reached.")
        #expect(StoreError(lost).explanation() == "The database cannot be reached.")
        lost.cause = "Connection refused"
        #expect(StoreError(lost).explanation() == "The database cannot be reached. (Connection refused)")
        var refused = PostgresError(.authenticationFailed, "The database refuses the user or the password.")
        refused.sqlState = "28000"
        refused.cause = "FATAL: no such role"
        #expect(
            StoreError(refused).explanation()
                == """
                The database refuses the login. (The database refuses the user or the password. (SQLSTATE 28000) FATAL: no such role)
                """)
    }
}
