import Foundation
import HTTPTypes
import Kernel
import KernelTesting
import MetricsPlugin
import StoragePlugin
import SyncPlugin

/// A server of the sync plugin, from routing to a database in a folder of its own.
struct SyncServer {
    let harness: PluginHarness

    /// Starts a server, uses it and removes it.
    ///
    /// - Parameters:
    ///   - sync: Further keys of `plugins.sync`, `pageLimit: 10`.
    ///   - server: Keys of `server`, `maxBody: 1KiB`.
    ///   - runsBackground: Whether timers and other background work run, on the harness's clock.
    static func run(
        sync: String = "", server: String = "", runsBackground: Bool = false,
        _ use: (SyncServer) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sync-routes-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let harness = try PluginHarness(
            plugins: [StoragePlugin.self, SyncPlugin.self, MetricsPlugin.self, TestIssuerPlugin.self],
            yaml: """
                server: {\(server)}
                storage: {sqlite: {path: "\(folder.appending(path: "log.db").path)"}}
                kernel: {unfulfilled: [metered]}
                plugins:
                  sync: {enabled: true, \(sync)}
                  metrics: {enabled: true}
                  testIssuer: {enabled: true}
                """)
        try await harness.run(runsBackground: runsBackground) { try await use(SyncServer(harness: $0)) }
    }

    /// Sends a request of a user; of nobody where `user` is nil.
    func send(
        _ method: HTTPRequest.Method, _ path: String, user: String? = "anna", client: String? = nil, body: String = ""
    ) async throws -> PluginHarness.Answer {
        var headers = HTTPFields()
        if let user { headers = try harness.authorization(of: user) }
        headers[.requestID] = Self.requestID
        if let client { headers[Self.clientID] = client }
        return try await harness.send(method, path, headers: headers, body: body)
    }

    /// Pushes changes, given as they stand in the array, and reads the answer.
    @discardableResult
    func push(
        _ changes: String, app: String = "todo", user: String = "anna", client: String? = nil, since: String = ""
    ) async throws -> SyncAnswer {
        try SyncAnswer(
            try await send(
                .post, "/sync/\(app)", user: user, client: client,
                body: #"{"since":"\#(since)","changes":[\#(changes)]}"#))
    }

    /// Pulls and reads the answer.
    func pull(
        _ table: String = "tasks", since: String = Self.beginning, limit: Int? = nil, app: String = "todo",
        user: String = "anna", client: String? = nil
    ) async throws -> SyncAnswer {
        let limit = limit.map { "&limit=\($0)" } ?? ""
        return try SyncAnswer(
            try await send(
                .get, "/sync/\(app)/pull?collection=\(table)&since=\(since)\(limit)", user: user, client: client))
    }

    /// The value of a metric without labels in a scrape.
    func metric(_ name: String) async throws -> String? {
        try await harness.send(.get, "/metrics").body.split(separator: "\n")
            .first { $0.hasPrefix("\(name) ") }.map { String($0.dropFirst(name.utf8.count + 1)) }
    }

    static let beginning = "1970-01-01T00:00:00Z"
    static let requestID = "the-request-of-the-test"
    static let clientID = HTTPField.Name("X-Client-Id") ?? .accept
}

/// The answer to a push or a pull, its payloads as raw text.
struct SyncAnswer {
    let changes: [String]
    let syncedUntil: String
    let hasMore: Bool
    let rejected: [String]

    /// Reads an answer that must be a 200.
    init(_ answer: PluginHarness.Answer) throws {
        guard answer.status == .ok, let envelope = try members(of: answer.body.utf8) else {
            throw Refused(status: answer.status.code, body: answer.body)
        }
        changes = try elements(of: (envelope["serverChanges"] ?? "").utf8)
        syncedUntil = String((envelope["syncedUntil"] ?? "").dropFirst().dropLast())
        hasMore = envelope["hasMore"] == "true"
        rejected = try elements(of: (envelope["rejected"] ?? "[]").utf8)
    }

    /// The records that the changes are of.
    var records: [String] {
        get throws {
            try changes.map { try String((members(of: $0.utf8)?["id"] ?? "").dropFirst().dropLast()) }
        }
    }

    struct Refused: Error {
        let status: Int
        let body: String
    }
}

/// An insert of a record into `tasks`.
func insertion(_ record: String, table: String = "tasks", data: String = "{}", _ more: String = "") -> String {
    #"{"table":"\#(table)","id":"\#(record)","op":"insert","data":\#(data)\#(more)}"#
}

/// The body that a problem must have, byte for byte.
func problem(_ status: Int, _ title: String, _ code: String, _ detail: String) -> String {
    #"{"type":"about:blank","title":"\#(title)","status":\#(status),"detail":"\#(detail)","error":"\#(code)","#
        + #""message":"\#(detail)","requestId":"\#(SyncServer.requestID)"}"#
}
