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

    @Test("A DATABASE_URL of another database is refused", arguments: ["", "sqlite:", "mysql://a", "postgres", "a.db"])
    func foreignURL(url: String) {
        #expect(throws: (any Error).self) { try section("{}", environment: ["DATABASE_URL": url]) }
    }
}
