import ArtifactStore
import Domain
import Foundation
import HTTPTypes
import JSONScanner
import Kernel
import KernelTesting
import NIOCore
import Testing

@testable import BackupPlugin

extension BackupServer {
    static let key = "0123456789abcdef0123456789abcdef"
    /// A configuration with an API key.
    static let withKey = #"apiKeys: [{name: ops, key: "\#(key)"}]"#

    /// The operator's backups of the server's plan.
    var backups: OperatorBackups {
        get throws { try #require(harness.plan.service(.operatorBackups)) }
    }

    /// Sends a request with the API key.
    func operate(
        _ method: HTTPRequest.Method, _ path: String, headers: HTTPFields = [:]
    ) async throws -> RawAnswer {
        var headers = headers
        headers[.apiKey] = Self.key
        return try await send(method, path, user: nil, headers: headers)
    }

    /// Makes a backup, without the background's help.
    @discardableResult
    func makeBackup(_ kind: CatalogEntry.Kind = .onDemand) async throws -> CatalogEntry {
        let runner = try backups.runner
        return try await runner.carryOut(try await runner.begin(kind, for: Requester(id: "test")))
    }

    /// The types of the last entries of the audit log, newest first.
    func auditTypes(_ count: Int = 100) async throws -> [String] {
        try await backups.audit.latest(limit: count).map(\.event.type.rawValue)
    }

    /// The names of the files that the store has, drafts too.
    func artifactFiles() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "artifacts").path).sorted()
    }

    /// The bundles among them.
    func bundles() throws -> [String] { try artifactFiles().filter { $0.hasSuffix(".mana") } }

    /// Every row of the log, as the engine has it.
    func rows() async throws -> [LogTable: [LogRecord]] {
        let log = try #require(harness.plan.service(.wholeLog))
        return try await log.withSnapshot { snapshot in
            var rows: [LogTable: [LogRecord]] = [:]
            for table in LogTable.allCases {
                while true {
                    let page = try await snapshot.next(of: table, limit: PageLimit(rows: 7))
                    if page.isEmpty { break }
                    rows[table, default: []] += page
                }
            }
            return rows
        }
    }
}

extension BackupServer.RawAnswer {
    /// The body as JSON.
    var json: JSONValue {
        get throws { try JSONValue(parsing: Array(text.utf8), maximumLength: 16 << 20) }
    }
}

extension HTTPField.Name {
    static let apiKey = HTTPField.Name.known("X-API-Key")
}
