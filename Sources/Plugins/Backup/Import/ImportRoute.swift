import Domain
import HTTPTypes
import HummingbirdCore
public import Kernel
public import ManaFormat
import Synchronization

/// `POST /backup/import?dryRun=true` (spec: backup.md, "A user's import").
struct ImportRoute: Sendable {
    let config: BackupConfig
    let log: any UserLog
    /// Nil where a space is a label.
    let judge: SpaceJudge?
    let time: any TimeSource
    private let underWay = ImportsUnderWay()

    init(config: BackupConfig, log: any UserLog, judge: SpaceJudge?, time: any TimeSource) {
        self.config = config
        self.log = log
        self.judge = judge
        self.time = time
    }

    func respond(to request: Request, _ context: RequestContext) async throws -> Response {
        let user = UserID(try context.requirePrincipal().userID)
        let isRehearsal = try Self.isRehearsal(request)
        guard request.headers[.contentEncoding]?.lowercased() ?? "identity" == "identity" else {
            throw Problem(
                status: 415, code: "unsupported_encoding",
                detail: "An archive is sent as it is, without a content coding.")
        }
        guard underWay.begin(user) else { throw Problem.importRunning }
        defer { underWay.end(user) }
        let file = try await SpoolFile.spooling(
            request.body, in: config.stagingDirectory, limit: config.maxImport.bytes)
        let bound = TimestampBound(latest: time.now.advanced(by: Self.maxFutureSkew))
        let report = try await UserImport(
            log: log, user: user, file: file, bound: bound, isRehearsal: isRehearsal, judge: judge
        ).run()
        return .answer(report.json)
    }

    /// How far ahead of the server's clock a timestamp may be: what pushes may by default.
    private static let maxFutureSkew: Duration = .seconds(300)

    private static func isRehearsal(_ request: Request) throws(Problem) -> Bool {
        switch QueryParameters(target: request.head.path ?? "").value(of: "dryRun") {
        case nil, "false": false
        case "true": true
        default: throw .badRequest(code: "invalid_dry_run", detail: "dryRun must be true or false.")
        }
    }
}

/// Who imports: one archive of a user at a time, which bounds what the staging directory holds of theirs.
private final class ImportsUnderWay: Sendable {
    private let users = Mutex<Set<UserID>>([])

    func begin(_ user: UserID) -> Bool {
        users.withLock { $0.insert(user).inserted }
    }

    func end(_ user: UserID) {
        users.withLock { _ = $0.remove(user) }
    }
}

extension ManaError: ProblemConvertible {
    /// 400 with the reason and the place, nothing of the content; 503 for a fault of the machine.
    public var problem: Problem {
        code == .unavailable ? .unavailable() : .badRequest(code: code.rawValue, detail: "\(message) (\(place))")
    }
}

extension Problem {
    fileprivate static let importRunning = Problem(
        status: 409, code: "import_running", detail: "Another import of yours is under way.")
}
