import Domain
import HTTPTypes
import HummingbirdCore
import Kernel

/// `GET /sync/{appId}/pull?collection=…&since=…&limit=…`.
struct PullRoute: Sendable {
    let config: SyncConfig
    let log: any ChangeLog
    /// Who is in which space; nil where a space is a label.
    let spaces: (any SpaceDirectory)?
    let metrics: SyncMetrics
    let answers: SyncAnswerWriter

    func respond(to request: Request, _ context: RequestContext) async throws -> Response {
        let user = UserID(try context.requirePrincipal().userID)
        let app = try context.appID()
        let parameters = QueryParameters(target: request.head.path ?? "")
        guard let table = parameters.value(of: "collection"), !table.isEmpty else {
            throw Problem.missing("collection")
        }
        guard let since = parameters.value(of: "since", plus: .isPlus), !since.isEmpty else {
            throw Problem.missing("since")
        }
        guard let after = Cursor(text: since) else { throw Problem.invalidCursor }
        var query = ChangeQuery(
            user: user, client: try request.clientID(), app: app, tables: [TableName(table)], after: after,
            limit: try limit(parameters), byteLimit: config.pageBytes.bytes)
        if let spaces {
            try await spaces.prepareRead(by: user)
            query.includesSpaces = true
        }
        let page = try await log.read(query, into: answers.begin())
        metrics.countDelivered(page.count)
        return .json(answers.finish(consume page))
    }

    private func limit(_ parameters: QueryParameters) throws(Problem) -> Int {
        guard let text = parameters.value(of: "limit") else { return config.pageLimit }
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let limit = Int(text),
            (1...config.pageLimit).contains(limit)
        else { throw Problem.invalidLimit(most: config.pageLimit) }
        return limit
    }
}
