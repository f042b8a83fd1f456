import Foundation
import HTTPTypes
import JSONScanner
import Kernel
import KernelTesting
import SpacesPlugin
import StoragePlugin
import SyncPlugin
import Synchronization

/// A server with sync and spaces, beside an auth service.
struct SharedServer {
    let auth: StandInService
    let memberships: MembershipList
    let harness: PluginHarness

    var time: ManualTime { harness.time }

    /// Starts a server, uses it and removes it.
    ///
    /// - Parameters:
    ///   - members: By user the spaces and the roles in them, `family:admin`.
    ///   - section: Further keys of `plugins.spaces`.
    static func run(
        _ members: [String: [String]] = [:], section: String = "", runsBackground: Bool = false,
        _ use: (SharedServer) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "spaces-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let list = MembershipList(members)
        try await StandInService.with(script: { request, _ in list.answer(to: request.path) }) { auth in
            let harness = try harness(
                database: folder.appending(path: "log.db").path, section: section,
                environment: ["MANA_AUTH_URL": auth.url, "MANA_SERVICE_KEY": "the-key"])
            try await harness.run(runsBackground: runsBackground) {
                try await use(SharedServer(auth: auth, memberships: list, harness: $0))
            }
        }
    }

    /// Starts two servers one after the other over one database and one auth service.
    static func restart(
        _ members: [String: [String]], before: @escaping (SharedServer) async throws -> Void,
        after: @escaping (SharedServer) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "spaces-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let list = MembershipList(members)
        try await StandInService.with(script: { request, _ in list.answer(to: request.path) }) { auth in
            for use in [before, after] {
                let harness = try harness(
                    database: folder.appending(path: "log.db").path, environment: ["MANA_AUTH_URL": auth.url])
                try await harness.run { try await use(SharedServer(auth: auth, memberships: list, harness: $0)) }
            }
        }
    }

    /// The server, planned and not started.
    static func harness(
        host: String = "127.0.0.1", database: String = "unused.db", section: String = "",
        environment: [String: String] = [:]
    ) throws -> PluginHarness {
        try PluginHarness(
            plugins: [StoragePlugin.self, SyncPlugin.self, SpacesPlugin.self, TestIssuerPlugin.self],
            yaml: """
                server: {host: "\(host)"}
                storage: {sqlite: {path: "\(database)"}}
                kernel: {unfulfilled: [metered]}
                plugins:
                  sync: {enabled: true}
                  testIssuer: {enabled: true}
                  spaces: {enabled: true, \(section)}
                """, environment: environment)
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, user: String, client: String? = nil, body: String = ""
    ) async throws -> PluginHarness.Answer {
        var headers = try harness.authorization(of: user)
        if let client, let name = HTTPField.Name("X-Client-Id") { headers[name] = client }
        return try await harness.send(method, path, headers: headers, body: body)
    }

    /// Pushes changes, given as they stand in the array.
    @discardableResult
    func push(
        _ changes: String..., user: String, client: String? = nil, since: String = ""
    ) async throws -> SharedAnswer {
        let body = #"{"since":"\#(since)","changes":[\#(changes.joined(separator: ","))]}"#
        return try SharedAnswer(try await send(.post, "/sync/todo", user: user, client: client, body: body))
    }

    func pull(user: String, since: String = "1970-01-01T00:00:00Z") async throws -> SharedAnswer {
        try SharedAnswer(try await send(.get, "/sync/todo/pull?collection=tasks&since=\(since)", user: user))
    }
}

/// Who is in which space, for the stand-in of the auth service.
final class MembershipList: Sendable {
    private let members: Mutex<[String: [String]]>

    init(_ members: [String: [String]]) {
        self.members = Mutex(members)
    }

    subscript(_ user: String) -> [String] {
        get { members.withLock { $0[user] ?? [] } }
        set { members.withLock { $0[user] = newValue } }
    }

    func answer(to path: String) -> StandInAnswer {
        let parts = path.split(separator: "/")
        guard parts.count == 6, parts.last == "memberships" else { return .status(404) }
        return .json(Self.document(String(parts[4]), self[String(parts[4])]))
    }

    static func document(_ user: String, _ memberships: [String]) -> String {
        let list = memberships.map { membership in
            let parts = membership.split(separator: ":", maxSplits: 1)
            // Of a space whose name has a colon.
            let space = parts[0].replacing(";", with: ":")
            return #"{"organizationId":"\#(space)","role":"\#(parts[1])"}"#
        }
        return #"{"userId":"\#(user)","memberships":[\#(list.joined(separator: ","))],"more":1}"#
    }
}

/// An answer of the sync protocol.
struct SharedAnswer {
    let status: Int
    /// The records of the changes.
    let records: [String]
    let syncedUntil: String
    let hasMore: Bool
    /// Of each rejected change its index and code, `0 not_a_member`.
    let rejected: [String]
    /// The error's code.
    let error: String?
    let body: String

    init(_ answer: PluginHarness.Answer) throws {
        let document = try JSONValue(parsing: Array(answer.body.utf8))
        status = answer.status.code
        records = document["serverChanges"]?.elements?.compactMap { $0["id"]?.string } ?? []
        syncedUntil = document["syncedUntil"]?.string ?? ""
        hasMore = document["hasMore"]?.bool ?? false
        rejected =
            document["rejected"]?.elements?.map { "\($0["index"]?.integer ?? -1) \($0["error"]?.string ?? "")" } ?? []
        error = document["error"]?.string
        body = answer.body
    }
}

/// An insert of a record, in a space or in none.
func insertion(
    _ record: String, _ space: String? = nil, table: String = "tasks", eventID: String? = nil
) -> String {
    let space = space.map { #","spaceId":"\#($0)""# } ?? ""
    let eventID = eventID.map { #","eventId":"\#($0)""# } ?? ""
    return #"{"table":"\#(table)","id":"\#(record)","op":"insert","data":{}\#(space)\#(eventID)}"#
}
