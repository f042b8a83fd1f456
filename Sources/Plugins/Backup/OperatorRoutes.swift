import Domain
import HTTPTypes
import HummingbirdCore
import Kernel
import NIOCore

/// The routes of the operator's backups (spec: backup.md, "The operator's one-click snapshot", "Backup runs").
struct OperatorRoutes: Sendable {
    let backups: OperatorBackups
    let snapshots: Snapshots
    let worker: BackupWorker

    var all: [Route] {
        [
            Route(
                .get, OperatorAccess.keyOnlyRoute, access: .requires([.operator]),
                summary: "a checked copy of the whole database, now", handler: snapshot),
            Route(
                .post, "/api/admin/backups", access: .requires([.operator]), summary: "start a backup",
                handler: start),
            Route(
                .get, "/api/admin/backups", access: .requires([.operator]), summary: "the catalog of backups",
                handler: list),
            Route(
                .get, "/api/admin/backups/{id}", access: .requires([.operator]), summary: "one backup",
                handler: show),
            Route(
                .get, "/api/admin/backups/{id}/file", access: .requires([.operator]), summary: "a backup's artifact",
                handler: download),
            Route(
                .post, "/api/admin/backups/{id}/verify", access: .requires([.operator]),
                summary: "read a backup back and check it whole", handler: verify),
            Route(
                .delete, "/api/admin/backups/{id}", access: .requires([.operator]),
                summary: "remove a backup's artifact", handler: delete),
            Route(
                .get, "/api/admin/audit", access: .requires([.operator]), summary: "the audit log", handler: auditLog),
        ]
    }

    private func snapshot(_ request: Request, _ context: RequestContext) async throws -> Response {
        let requester = try context.requester()
        // Who only asks about a snapshot gets none made, and learns no more than what is staged for them (RFC 9110, section 9.3.2).
        if request.method == .head {
            return try await snapshots.find(tag: nil, owner: requester.id)?.download.response(to: request)
                ?? FileDownload.unmade
        }
        var begun: Snapshots.Staged?
        // A reader that was cut off goes on with the bytes that it has begun.
        if request.headers[.range] != nil {
            begun = await snapshots.find(tag: request.headers[.ifRange], owner: requester.id)
        }
        let staged: Snapshots.Staged
        if let begun { staged = begun } else { staged = try await snapshots.make(for: requester.id) }
        try await backups.audit.append(
            .backup(.snapshotDownloaded, staged.id, by: requester, address: context.connection.remoteAddress))
        return try staged.download.response(to: request)
    }

    private func start(_ request: Request, _ context: RequestContext) async throws -> Response {
        let entry = try await worker.start(.onDemand, for: try context.requester())
        return .json("{\"id\":\"\(entry.id)\"}", status: .accepted)
    }

    private func list(_ request: Request, _ context: RequestContext) async throws -> Response {
        let entries = try await backups.catalog.latest(limit: try request.limit())
        return .json("{\"backups\":[\(entries.map(\.json).joined(separator: ","))]}")
    }

    private func show(_ request: Request, _ context: RequestContext) async throws -> Response {
        .json(try await backups.catalog.entry(context.parameters["id"]).json)
    }

    private func download(_ request: Request, _ context: RequestContext) async throws -> Response {
        let id = context.parameters["id"]
        let download = try await BackupError.translating { try await backups.download(id) }
        try await backups.audit.append(
            .backup(
                .backupDownloaded, id, by: try context.requester(), address: context.connection.remoteAddress))
        return try download.response(to: request)
    }

    private func verify(_ request: Request, _ context: RequestContext) async throws -> Response {
        let id = context.parameters["id"]
        let requester = try context.requester()
        let fault = try await BackupError.translating { try await backups.verify(id, for: requester) }
        var answer = JSONObject()
        answer.add("ok", fault == nil)
        answer.add("id", id)
        answer.add("error", fault?.message)
        answer.add("verified_at", fault == nil ? backups.time.now.rfc3339 : nil)
        return .json(answer.text)
    }

    private func delete(_ request: Request, _ context: RequestContext) async throws -> Response {
        let requester = try context.requester()
        let id = context.parameters["id"]
        return .json(try await BackupError.translating { try await backups.delete(id, for: requester) }.json)
    }

    private func auditLog(_ request: Request, _ context: RequestContext) async throws -> Response {
        let entries = try await backups.audit.latest(limit: try request.limit())
        var answer = JSONObject()
        answer.add("entries", json: "[\(entries.map(\.json).joined(separator: ","))]")
        answer.add("first_broken", try await backups.audit.firstBroken().map { Int($0) })
        return .json(answer.text)
    }
}

extension RequestContext {
    /// Who asks, on routes that demand `operator`.
    fileprivate func requester() throws -> Requester {
        let principal = try requirePrincipal()
        return Requester(id: principal.userID, email: principal.email)
    }
}

extension Request {
    /// `limit`, 100 by default.
    ///
    /// - Throws: 400 for what is no number from 1 to 1000.
    fileprivate func limit() throws(Problem) -> Int {
        guard let text = QueryParameters(target: head.path ?? "").value(of: "limit") else { return 100 }
        guard let limit = Int(text), (1...1000).contains(limit) else {
            throw .badRequest(code: "invalid_limit", detail: "limit must be a number from 1 to 1000.")
        }
        return limit
    }
}

extension BackupError {
    /// Runs what a route does, and translates what it throws.
    static func translating<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw BackupError(any: error)
        }
    }
}

extension Response {
    /// JSON that nobody may keep.
    static func json(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
