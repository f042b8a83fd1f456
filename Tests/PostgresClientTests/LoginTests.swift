import Foundation
import PostgresClient
import PostgresFixture
import Testing

struct LoginTests {
    private static func client(
        _ configuration: PostgresConfiguration, acquireTimeout: Duration = .seconds(30)
    ) throws -> PostgresClient {
        var options = PostgresClientOptions()
        options.acquireTimeout = acquireTimeout
        return try PostgresClient(configuration, options: options, logger: .silent)
    }

    @Test("a wrong password is told at once, without the password")
    func wrongPassword() async throws {
        let url = try await PostgresServer.shared().url(password: "hunter2")
        let client = try Self.client(PostgresConfiguration(url: url))
        let began = ContinuousClock.now
        let error = try await postgresError { _ = try await client.query(.echo(1)) }
        #expect(error.category == .authenticationFailed)
        #expect(error.sqlState == "28P01")
        #expect(!error.debugDescription.contains("hunter2"))
        #expect(began.duration(to: .now) < .seconds(20))
        await client.shutdown()
    }

    @Test("no password where one is needed is told as such")
    func noPassword() async throws {
        let client = try Self.client(PostgresConfiguration(url: await PostgresServer.shared().url()))
        let error = try await postgresError { _ = try await client.query(.echo(1)) }
        #expect(error.category == .authenticationFailed)
        await client.shutdown()
    }

    @Test("a database that does not exist is told at once")
    func noDatabase() async throws {
        let url = try await PostgresServer.shared().url(database: "nowhere")
        let client = try Self.client(PostgresConfiguration(url: url, password: PostgresServer.password))
        let error = try await postgresError { _ = try await client.query(.echo(1)) }
        #expect(error.category == .undefinedObject)
        #expect(error.sqlState == "3D000")
        await client.shutdown()
    }

    @Test("the password may come from a file")
    func passwordFile() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "pgpass-\(UUID().uuidString)")
        let escaped = PostgresServer.password.replacing(":", with: "\\:")
        try Data("*:*:*:*:\(escaped)\n".utf8).write(to: file)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: file) } }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        let url = try await PostgresServer.shared().url(parameters: "passfile=\(file.path)")
        let client = try Self.client(PostgresConfiguration(url: url))
        #expect(try await client.text("SELECT 1") == "1")
        await client.shutdown()
    }

    @Test("TLS is what the URL says", arguments: ["require", "disable"])
    func tls(mode: String) async throws {
        let server = try await PostgresServer.shared()
        let client = try Self.client(ClientFixture.configuration(of: server, parameters: "sslmode=\(mode)"))
        let isEncrypted = try await client.text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        #expect(isEncrypted == (mode == "require" ? "t" : "f"))
        let text = String(repeating: "x", count: 1 << 20)
        var parameters = PostgresParameters()
        try parameters.append(text)
        let result = try await client.query(PostgresStatement("SELECT length($1)", parameters))
        #expect(result.integer(0, 0) == 1 << 20)
        await client.shutdown()
    }

    @Test("a certificate of nobody's is refused where it is verified")
    func unknownCertificate() async throws {
        let parameters = "sslmode=verify-full&sslrootcert=/etc/ssl/certs/ca-certificates.crt"
        let server = try await PostgresServer.shared()
        let client = try Self.client(
            ClientFixture.configuration(of: server, parameters: parameters), acquireTimeout: .seconds(3))
        let error = try await postgresError { _ = try await client.query(.echo(1)) }
        #expect(error.category == .connectionLost)
        await client.shutdown()
    }

    @Test("of several hosts the first that answers is taken")
    func severalHosts() async throws {
        let port = try await PostgresServer.shared().port
        let url = "postgres://postgres@127.0.0.1:\(try FreePort.find()),127.0.0.1:\(port)/postgres"
        let client = try Self.client(PostgresConfiguration(url: url, password: PostgresServer.password))
        #expect(try await client.text("SELECT 1") == "1")
        await client.shutdown()
    }

    @Test("a host that takes connections and says nothing is given up in time")
    func silentHost() async throws {
        let silent = try SilentHost()
        var options = PostgresClientOptions()
        options.connectTimeout = .milliseconds(100)
        options.acquireTimeout = .seconds(2)
        let configuration = try PostgresConfiguration(url: "postgres://a@127.0.0.1:\(silent.port)/a")
        let client = try PostgresClient(configuration, options: options, logger: .silent)
        let error = try await postgresError { _ = try await client.query(.echo(1)) }
        #expect(error.category == .connectionLost)
        await client.shutdown()
    }

    @Test("a shutdown ends an attempt to connect that is under way")
    func shutdownWhileConnecting() async throws {
        let silent = try SilentHost()
        let configuration = try PostgresConfiguration(url: "postgres://a@127.0.0.1:\(silent.port)/a")
        var options = PostgresClientOptions()
        options.connectTimeout = .seconds(600)
        let client = try PostgresClient(configuration, options: options, logger: .silent)
        async let failure = postgresError { _ = try await client.query(.echo(1)) }
        try await silent.waitForConnection()
        await client.shutdown(grace: .zero)
        #expect(try await failure.category == .closed)
    }

    @Test("too many connections are told as such, and the pool lives with those that it has")
    func tooMany() async throws {
        let server = try await PostgresServer(settings: ["max_connections = 5", "superuser_reserved_connections = 0"])
        try await ClientFixture.withClient(of: server) {
            $0.maxConnections = 20
            $0.maxPipelinedRequests = 1
            $0.acquireTimeout = .seconds(1)
        } _: { client in
            let outcomes = await withTaskGroup(of: PostgresError.Category?.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        do {
                            _ = try await client.query(.plain("SELECT pg_sleep(3)"))
                        } catch let error as PostgresError {
                            return error.category
                        } catch {}
                        return nil
                    }
                }
                return await group.reduce(into: [PostgresError.Category?]()) { $0.append($1) }
            }
            #expect(outcomes.contains(.tooManyConnections))
            #expect(outcomes.contains(nil))
            #expect(outcomes.allSatisfy { $0 == nil || $0 == .tooManyConnections })
        }
        try await server.stop()
    }
}
