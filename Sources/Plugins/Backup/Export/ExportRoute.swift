import Domain
import HTTPTypes
import HummingbirdCore
import Kernel
import ManaFormat

/// `GET /backup/export?format=mana|jsonl` (spec: backup.md, "A user's export").
struct ExportRoute: Sendable {
    let log: any UserLog
    let time: any TimeSource
    let metrics: ExportMetrics

    func respond(to request: Request, _ context: RequestContext) async throws -> Response {
        let user = UserID(try context.requirePrincipal().userID)
        let format = try ManaFileName.Format(wantedBy: request)
        let now = time.now
        let name = try ManaFileName(user: user, time: now, format: format)
        let encoder = try ExportEncoder(format: format, user: user, createdAt: now)
        // What fails up to here is a problem response; from here on it cuts the answer.
        let export = UserExport(
            log: log, extent: try await log.extent(of: user), encoder: encoder, metrics: metrics,
            logger: context.logger)
        return Response(
            status: .ok,
            headers: [
                .contentType: format.contentType, .contentDisposition: "attachment; filename=\"\(name)\"",
                .contentTypeOptions: "nosniff", .cacheControl: "no-store", .accelBuffering: "no",
            ],
            body: ResponseBody { writer in try await export.write(to: &writer) })
    }
}

extension ManaFileName.Format {
    /// The form that a request asks for: by `format`, else by `Accept`, else the archive.
    ///
    /// - Throws: 400 `invalid_format` for a `format` that there is not.
    init(wantedBy request: Request) throws(Problem) {
        if let format = QueryParameters(target: request.head.path ?? "").value(of: "format") {
            guard let format = ManaFileName.Format(rawValue: format) else {
                throw .badRequest(code: "invalid_format", detail: "format must be mana or jsonl.")
            }
            self = format
        } else {
            self = request.headers[values: .accept].contains(where: Self.namesLines) ? .jsonl : .mana
        }
    }

    /// What the answer is called in `Content-Type`.
    var contentType: String {
        switch self {
        case .mana: "application/zip"
        case .jsonl: Self.linesType
        }
    }

    private static let linesType = "application/x-ndjson"

    /// Whether one of the media types of an `Accept` is that of JSON Lines (RFC 9110 section 12.5.1).
    private static func namesLines(_ accept: String) -> Bool {
        accept.split(separator: ",").contains { range in
            let type = range.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }
            return type.lowercased() == linesType
        }
    }
}

extension HTTPField.Name {
    /// `X-Content-Type-Options` (Fetch standard).
    fileprivate static let contentTypeOptions = HTTPField.Name.known("X-Content-Type-Options")
    /// `X-Accel-Buffering`: has nginx pass on what it gets at once.
    fileprivate static let accelBuffering = HTTPField.Name.known("X-Accel-Buffering")
}
