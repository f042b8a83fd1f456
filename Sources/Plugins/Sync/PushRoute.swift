import Domain
import HTTPTypes
import HummingbirdCore
import Kernel
import NIOCore

/// `POST /sync/{appId}`.
struct PushRoute: Sendable {
    let config: SyncConfig
    let log: any ChangeLog
    let time: any TimeSource
    let metrics: SyncMetrics
    let answers: SyncAnswerWriter

    func respond(to request: Request, _ context: RequestContext) async throws -> Response {
        let user = UserID(try context.requirePrincipal().userID)
        let app = try context.appID()
        let headerClient = try request.clientID()
        let body = try await context.collectBody(of: request)
        let changeset = try await read(body)
        let client = headerClient ?? changeset.clientID
        let push = Push(
            user: user, app: app, client: client, since: changeset.since, changes: changeset.changes,
            retryWindow: config.retryWindow)
        let query = ChangeQuery(
            user: user, client: client, app: app, after: changeset.since, limit: config.pageLimit,
            byteLimit: config.pageBytes.bytes)
        let (outcome, page) = try await log.append(push, thenReading: query, into: answers.begin())
        metrics.countPush(
            stored: outcome.stored, deduplicated: outcome.duplicates, rejected: outcome.rejections.count,
            lowered: changeset.loweredTimestamps)
        metrics.countDelivered(page.count)
        return .json(answers.finish(consume page, rejections: outcome.rejections))
    }

    /// Bodies past this size are read off the connection's event loop, so that the peers who share it do not wait for them: a body of
    /// 10 MiB made for it takes more than 100 ms.
    private static let largeBody = 256 << 10

    private func read(_ body: ByteBuffer) async throws -> Changeset {
        let reader = ChangesetReader(now: time.now, maxFutureSkew: config.maxFutureSkew)
        guard body.readableBytes > Self.largeBody else { return try reader.read(body) }
        return try await withTaskExecutorPreference(globalConcurrentExecutor) { try reader.read(body) }
    }
}
