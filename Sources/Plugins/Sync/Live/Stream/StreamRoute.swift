import Domain
import HTTPTypes
import HummingbirdCore
import Kernel

/// `GET /sync/{appId}/stream?collections=…&since=…&clientId=…`.
struct StreamRoute: Sendable {
    let live: LiveServices

    func respond(to request: Request, _ context: RequestContext) async throws -> Response {
        let principal = try context.requirePrincipal()
        let user = UserID(principal.userID)
        let app = try context.appID()
        let parameters = QueryParameters(target: request.head.path ?? "")
        // An EventSource cannot set headers.
        let client = try request.clientID() ?? parameters.clientID()
        let tables = Self.tables(parameters.value(of: "collections") ?? "")
        var query = ChangeQuery(
            user: user, client: client, app: app, tables: tables, after: try Self.cursor(of: request, parameters),
            limit: live.config.pageLimit, byteLimit: min(live.config.pageBytes.bytes, Self.mostPageBytes))
        query.includesSpaces = live.spaces != nil
        guard !live.hub.isDraining else { throw Problem.unavailable(detail: "The server is shutting down.") }
        guard let seat = live.seats.streamSeat(of: user) else { throw Problem.tooManyStreams }
        var scope = LiveScope(user: user, client: client, app: app, tables: tables)
        if let spaces = live.spaces { scope.spaces = try await spaces.readable(by: user) }
        let stream = ChangeStream(
            live: live,
            listener: StreamListener(scope: scope),
            seat: seat, query: query, expiresAt: principal.expiresAt, logger: context.logger)
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream", .cacheControl: "no-store", .accelBuffering: "no",
            ],
            body: ResponseBody { writer in try await stream.write(to: &writer) })
    }

    /// Streams are many: what each has in memory for a peer that is slow is kept small. One change may be larger.
    private static let mostPageBytes = 256 << 10

    /// The tables of `a,b`; nil, for all, where no name is given.
    private static func tables(_ list: String) -> Set<TableName>? {
        let names = list.split(separator: ",").map { TableName(String($0)) }
        return names.isEmpty ? nil : Set(names)
    }

    /// Where a client goes on: at the id of the last event that it got, when it reconnects by itself, else at its `since`.
    private static func cursor(of request: Request, _ parameters: QueryParameters) throws(Problem) -> Cursor {
        let lastEvent = request.headers[.lastEventID] ?? ""
        let text = lastEvent.isEmpty ? parameters.value(of: "since", plus: .isPlus) ?? "" : lastEvent
        guard !text.isEmpty else { return .beginning }
        guard let cursor = Cursor(text: text) else {
            throw lastEvent.isEmpty ? .invalidCursor : .invalidLastEvent
        }
        return cursor
    }
}

extension HTTPField.Name {
    /// `Last-Event-ID` (WHATWG HTML, "Server-sent events").
    fileprivate static let lastEventID = HTTPField.Name.known("Last-Event-ID")
    /// `X-Accel-Buffering`: has nginx pass on what it gets at once.
    fileprivate static let accelBuffering = HTTPField.Name.known("X-Accel-Buffering")
}

extension Problem {
    fileprivate static let invalidLastEvent = Problem(
        status: 400, code: "invalid_cursor", detail: "'Last-Event-ID' is no RFC 3339 timestamp.")

    fileprivate static let tooManyStreams = Problem(
        status: 429, code: "too_many_streams", detail: "You have too many streams open.",
        headers: [.retryAfter: "30"])
}
