import Domain
import HTTPTypes
import HummingbirdCore
import Kernel
import NIOCore

/// `POST /sync/{appId}`.
struct PushRoute: Sendable {
    let config: SyncConfig
    let log: any ChangeLog
    /// Who is in which space; nil where a space is a label.
    let spaces: (any SpaceDirectory)?
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
        var push = Push(
            user: user, app: app, client: client, since: changeset.since, changes: changeset.changes,
            retryWindow: config.retryWindow)
        var query = ChangeQuery(
            user: user, client: client, app: app, after: changeset.since, limit: config.pageLimit,
            byteLimit: config.pageBytes.bytes)
        if let spaces {
            let permit = try await spaces.judge(&push.changes, of: user)
            push.writableSpaces = permit.writableSpaces
            query.includesSpaces = permit.readsDelta
            if !permit.readsDelta { return try await store(push, lowered: changeset.loweredTimestamps) }
        }
        let (outcome, page) = try await log.append(push, thenReading: query, into: answers.begin())
        metrics.countPush(
            stored: outcome.stored, deduplicated: outcome.duplicates, rejected: outcome.rejections.count,
            lowered: changeset.loweredTimestamps)
        metrics.countDelivered(page.count)
        return .json(answers.finish(consume page, rejections: outcome.rejections))
    }

    /// Stores a push whose answer may bring nothing: its cursor stays where it was.
    private func store(_ push: Push, lowered: Int) async throws -> Response {
        let query = ChangeQuery(user: push.user, client: push.client, app: push.app, after: push.since, limit: 1)
        let (outcome, _) = try await log.append(push, thenReading: query, into: DiscardingSink())
        metrics.countPush(
            stored: outcome.stored, deduplicated: outcome.duplicates, rejected: outcome.rejections.count,
            lowered: lowered)
        return .json(answers.finish(answers.begin(), until: push.since, rejections: outcome.rejections))
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

/// Takes rows that nobody will see.
private struct DiscardingSink: ChangeSink {
    var writtenBytes: Int { 0 }

    mutating func append(_ row: borrowing ChangeRow) {}
}
