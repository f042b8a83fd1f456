import Kernel
import StoragePlugin
import Testing

@testable import App

@Suite("The section storage")
struct StorageConfigTests {
    private func section(_ text: String, environment: [String: String] = [:]) throws -> StorageConfig {
        try Configuration.load(Composition.catalog.schema, file: nil, text: text, environment: environment)
            .section(StorageConfig.self, at: StoragePlugin.section)
    }

    @Test("DATABASE_URL names engine and place", arguments: ["postgres", "postgresql"])
    func environment(scheme: String) throws {
        let config = try section("{}", environment: ["DATABASE_URL": "\(scheme)://u:p@h:1/d?sslmode=require"])
        #expect(config.engine == .postgres)
        #expect(config.postgres.url == "\(scheme)://u:p@h:1/d?sslmode=require")
        #expect(try section("{}", environment: ["DATABASE_URL": "sqlite:a b"]).sqlite.path == "a b")
    }

    @Test(
        "A request waits five seconds for PostgreSQL, or as long as is said",
        arguments: [("{}", 5), ("{postgres: {maxWait: 2s}}", 2)])
    func maxWait(text: String, seconds: Int) throws {
        #expect(try section("storage: \(text)").postgres.maxWait == .seconds(seconds))
    }

    @Test(
        "What makes no database is refused",
        arguments: [
            "storage: {engine: postgres}", "storage: {engine: mysql}", "storage: {postgres: {url: 'mysql://a'}}",
            "storage: {postgres: {listenURL: a}}", "storage: {postgres: {maxConnections: 1}}",
            "storage: {postgres: {maxWait: 99ms}}", "storage: {postgres: {maxWait: 61s}}",
            "storage: {postgres: {preparedStatements: maybe}}",
        ])
    func refused(text: String) {
        #expect(throws: (any Error).self) { try section(text) }
    }

    @Test(
        "A malformed PostgreSQL URL is refused: which key, what is wrong, and nothing of what stands there",
        arguments: [
            ("postgres://u:secret@host:port/d", "port"), ("postgres://u:se/cret@host/d", "percent-encoding"),
            ("postgres://u:sec@ret@host/d", "percent-encoding"), ("postgres://u:se%cret@host/d", "hexadecimal"),
            ("postgres://u:secret@host:70000/d", "65535"), ("postgres://u:secret@host/d?sslmod=secret", "parameter"),
            ("postgres://u:secret@host/d?sslmode=secret", "verify-full"),
            ("postgres://u:secret@host/d?connect_timeout=secret", "connect_timeout"),
            ("postgres://u:secret@host/d?secret", "without ="), ("postgres://u:secret@[::1/d", "IPv6"),
            ("postgres://u:secret@h1:5432,h2:x/d", "port"),
        ])
    func malformedURL(url: String, words: String) {
        for (text, environment, key) in [
            ("storage: {engine: postgres, postgres: {url: '\(url)'}}", [:], "storage.postgres.url"),
            ("{}", ["DATABASE_URL": url], "DATABASE_URL"),
            (
                "storage: {engine: postgres, postgres: {url: 'postgres://h/d', listenURL: '\(url)'}}", [:],
                "storage.postgres.listenURL"
            ),
        ] {
            do {
                _ = try section(text, environment: environment)
                Issue.record("accepted \(text)")
            } catch {
                let message = "\(error)"
                #expect(message.contains(words) && message.contains(key), "\(message)")
                for part in ["secret", "cret", "sec@ret", "70000"] { #expect(!message.contains(part), "\(message)") }
            }
        }
    }

    @Test(
        "What libpq takes is taken",
        arguments: [
            "postgres://", "postgres:///d", "postgresql://u@h1:5432,h2/d?target_session_attrs=any",
            "postgres://u:p%40ss@[::1]:5433/d?sslmode=verify-full&connect_timeout=5", "postgres://%2Frun%2Fpg/d",
            "postgres:///d?host=/run/postgresql", "postgres://u:p%2Fw@h:5432,h2:5433/d",
        ])
    func soundURL(url: String) throws {
        #expect(try section("{}", environment: ["DATABASE_URL": url]).postgres.url == url)
    }

    @Test("A DATABASE_URL of another database is refused", arguments: ["", "sqlite:", "mysql://a", "postgres", "a.db"])
    func foreignURL(url: String) {
        #expect(throws: (any Error).self) { try section("{}", environment: ["DATABASE_URL": url]) }
    }
}
