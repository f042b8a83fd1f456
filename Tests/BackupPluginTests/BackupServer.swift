import BackupPlugin
import Domain
import Foundation
import HTTPTypes
import HummingbirdCore
import Kernel
import KernelTesting
import ManaFormat
import MetricsPlugin
import NIOCore
import StoragePlugin
import SyncPlugin
import Testing

/// A server of the backup plugin beside sync, from routing to a database in a folder of its own.
struct BackupServer {
    let harness: PluginHarness
    let folder: URL

    static let plugins: [any Plugin.Type] = [
        StoragePlugin.self, BackupPlugin.self, SyncPlugin.self, MetricsPlugin.self, TestIssuerPlugin.self,
    ]

    /// Closes the database and opens it anew, as a command does after a restore.
    func reopen() async throws {
        let database = ConfiguredDatabase(of: harness.plan)
        await database.close()
        try await database.open()
    }

    /// Starts a server, uses it and removes it.
    ///
    /// - Parameters:
    ///   - postgres: The URL of a database to use instead of a file.
    ///   - backup: Further keys of `plugins.backup`, `maxImport: 1KiB; timeZone: UTC`.
    ///   - staging: Where archives and snapshots are staged, and `artifacts` where artifacts are kept, if not in the server's folder.
    ///   - database: The SQLite file, if it is not in the server's folder.
    ///   - sharing: Whether there is a space that users share; else a space is a label.
    ///   - runsBackground: Whether backups are made in the background, on the harness's clock.
    static func run(
        postgres: String? = nil, backup: String = "", sharing: Bool = false, runsBackground: Bool = false,
        staging: String? = nil,
        artifacts: String? = nil,
        database: String? = nil,
        _ use: (BackupServer) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "backup-routes-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let storage =
            postgres.map { #"engine: postgres, postgres: {url: "\#($0)"}"# }
            ?? #"sqlite: {path: "\#(database ?? folder.appending(path: "log.db").path)"}"#
        let harness = try PluginHarness(
            plugins: plugins + [OneSpacePlugin.self],
            yaml: """
                storage: {\(storage)}
                kernel: {unfulfilled: [metered]}
                plugins:
                  backup:
                    enabled: true
                    stagingDirectory: "\(staging ?? folder.appending(path: "staging/deep").path)"
                    directory: "\(artifacts ?? folder.appending(path: "artifacts").path)"
                    \(backup.replacing("; ", with: "\n    "))
                  sync: {enabled: true}
                  metrics: {enabled: true}
                  testIssuer: {enabled: true}
                  oneSpace: {enabled: \(sharing)}
                """)
        try await harness.run(runsBackground: runsBackground) {
            try await use(BackupServer(harness: $0, folder: folder))
        }
    }

    /// Sends a request of a user, of nobody where `user` is nil, and reads the whole answer as bytes.
    func send(
        _ method: HTTPRequest.Method, _ path: String, user: String? = "anna", headers: HTTPFields = [:],
        body: ByteBuffer = ByteBuffer()
    ) async throws -> RawAnswer {
        var headers = headers
        if body.readableBytes > 0 { headers[.contentLength] = String(body.readableBytes) }
        return try await send(method, path, user: user, headers: headers, streaming: RequestBody(buffer: body))
    }

    /// Sends a request whose body comes piece by piece.
    func send(
        _ method: HTTPRequest.Method, _ path: String, user: String?, headers: HTTPFields = [:],
        streaming body: RequestBody
    ) async throws -> RawAnswer {
        var fields = headers
        if let user { fields.append(contentsOf: try harness.authorization(of: user)) }
        let head = HTTPRequest(
            method: method, scheme: "http", authority: "localhost", path: path, headerFields: fields)
        let request = Request(head: head, body: body)
        let response = await harness.plan.responder.respond(
            to: request, from: ConnectionInfo(remoteAddress: "127.0.0.1"))
        let collector = Collector()
        try await response.body.write(collector)
        return RawAnswer(status: response.status, headers: response.headers, body: collector.body)
    }

    /// Pushes changes, given as they stand in the array.
    func push(_ changes: String, app: String = "todo", user: String = "anna", client: String? = nil) async throws {
        let client = client.map { #""clientId":"\#($0)","# } ?? ""
        let answer = try await send(
            .post, "/sync/\(app)", user: user, body: ByteBuffer(string: #"{\#(client)"changes":[\#(changes)]}"#))
        try #require(answer.status == .ok, "\(String(buffer: answer.body))")
    }

    /// The user's archive.
    func export(of user: String = "anna") async throws -> ByteBuffer {
        let answer = try await send(.get, "/backup/export", user: user)
        try #require(answer.status == .ok)
        return answer.body
    }

    /// The lines of the user's export as JSON Lines.
    func lines(of user: String = "anna") async throws -> [Substring] {
        let answer = try await send(.get, "/backup/export?format=jsonl", user: user)
        try #require(answer.status == .ok)
        return String(buffer: answer.body).split(separator: "\n")
    }

    /// The value of a metric, named as in the exposition with its labels.
    func metric(_ name: String) async throws -> String? {
        try await harness.send(.get, "/metrics").body.split(separator: "\n")
            .first { $0.hasPrefix("\(name) ") }.map { String($0.dropFirst(name.utf8.count + 1)) }
    }

    /// An answer, whole.
    struct RawAnswer {
        let status: HTTPResponse.Status
        let headers: HTTPFields
        let body: ByteBuffer

        /// The body as text.
        var text: String { String(buffer: body) }
    }
}

/// Takes a response's body; `isWhole` once it was finished.
final class Collector: ResponseBodyWriter {
    private(set) var body = ByteBuffer()
    private(set) var isWhole = false

    func write(_ buffer: ByteBuffer) async throws {
        body.writeImmutableBuffer(buffer)
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {
        isWhole = true
    }
}

/// What an archive holds.
struct ArchiveContents {
    var changes: [ArchivedChange] = []
    var quarantined: [ArchivedChange] = []
    var manifest: ManaManifest?

    /// Reads an archive, all of it.
    init(_ archive: ByteBuffer) throws {
        var reader = try ManaReader()
        reader.append(archive)
        while let event = try reader.next() {
            switch event {
            case .change(let change): changes.append(change)
            case .quarantined(let change): quarantined.append(change)
            case .end(let end): manifest = end
            }
        }
        try reader.endOfInput()
    }
}

/// An insert of a record into `tasks`.
func insertion(_ record: String, data: String = "{}", more: String = "") -> String {
    #"{"table":"tasks","id":"\#(record)","op":"insert","data":\#(data)\#(more)}"#
}

/// A UUID for tests.
func uuid(_ number: Int) -> String {
    let digits = String(number, radix: 16)
    return "01900000-0000-7000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
}

extension HTTPField.Name {
    static let confirmErase = HTTPField.Name.known("X-Confirm-Erase")
    static let contentTypeOptions = HTTPField.Name.known("X-Content-Type-Options")
    static let accelBuffering = HTTPField.Name.known("X-Accel-Buffering")
}
