import Domain
import HTTPTypes
import HummingbirdCore
import Kernel

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
        let body = try await request.collectBody(limit: context.bodyLimit)
        let reader = ChangesetReader(now: time.now, maxFutureSkew: config.maxFutureSkew)
        let changeset = try reader.read(body)
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
}
