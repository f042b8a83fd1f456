import CoreMetrics
import Logging
import PostgresClient
import PostgresFixture
import Synchronization
import Testing

/// Clients of the shared server, and what watches them.
enum ClientFixture {
    private static let counter = Atomic<Int64>(0)

    /// A number that no other test has: for locks, tables, channels and names.
    static func uniqueNumber() -> Int64 { counter.add(1, ordering: .relaxed).newValue }

    /// Where a server is, with its password and a name of its own.
    static func configuration(
        of server: PostgresServer, name: String = "test", parameters: String = ""
    ) throws -> PostgresConfiguration {
        var configuration = try PostgresConfiguration(
            url: server.url(parameters: parameters), password: PostgresServer.password)
        configuration.applicationName = name
        return configuration
    }

    /// Uses a client and shuts it down.
    static func withClient(
        of server: PostgresServer? = nil, name: String = "test",
        metrics: any MetricsFactory = NOOPMetricsHandler.instance, logger: Logger = .silent,
        _ configure: (inout PostgresClientOptions) -> Void = { _ in },
        _ use: (PostgresClient) async throws -> Void
    ) async throws {
        let server = if let server { server } else { try await PostgresServer.shared() }
        var options = PostgresClientOptions()
        options.acquireTimeout = .seconds(60)
        options.backoff = PostgresBackoff(first: .milliseconds(10), longest: .milliseconds(50))
        configure(&options)
        let configuration = try configuration(of: server, name: name)
        let client = try PostgresClient(configuration, options: options, metrics: metrics, logger: logger)
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await use(client)) } catch { outcome = .failure(error) }
        await client.shutdown(grace: .seconds(2))
        try outcome.get()
    }
}

extension Logger {
    /// Says nothing.
    static let silent = Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() }
}

extension PostgresClient {
    /// Runs one statement without parameters, and gives its first value.
    @discardableResult
    func text(_ sql: String) async throws -> String? {
        try await query(PostgresStatement(sql, format: .text, isPrepared: false)).string(0, 0)
    }

    /// Asks until a condition holds on the server; gives up after a good while.
    func waits(until condition: String) async throws {
        for _ in 0..<3000 where try await text("SELECT \(condition) FROM pg_sleep(0.01)") == "t" { return }
        Issue.record("The server never came to: \(condition)")
    }

    /// Waits until so many statements of the clients with a name run and wait for an advisory lock.
    func waits(forBlocked count: Int = 1, of name: String) async throws {
        try await waits(
            until: """
                (SELECT count(*) FROM pg_stat_activity WHERE application_name = '\(name)' AND wait_event = 'advisory') = \(count)
                """)
    }
}

extension PostgresStatement {
    /// Waits for an advisory lock that is held to the transaction's end.
    static func lock(_ number: Int64) -> PostgresStatement {
        var parameters = PostgresParameters()
        parameters.append(number)
        return PostgresStatement("SELECT pg_advisory_xact_lock($1)", parameters)
    }

    /// Gives back a number.
    static func echo(_ number: Int64) -> PostgresStatement {
        var parameters = PostgresParameters()
        parameters.append(number)
        return PostgresStatement("SELECT $1", parameters)
    }

    /// One statement without parameters that is not worth preparing.
    static func plain(_ sql: String) -> PostgresStatement { PostgresStatement(sql, isPrepared: false) }
}

/// What a call failed with; ends the test if it did not.
func postgresError(
    _ location: SourceLocation = #_sourceLocation, of call: () async throws -> Void
) async throws -> PostgresError {
    var failure: PostgresError?
    do {
        try await call()
    } catch let error as PostgresError {
        failure = error
    }
    return try #require(failure, "no error was thrown", sourceLocation: location)
}
