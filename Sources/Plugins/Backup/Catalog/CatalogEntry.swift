import ArtifactStore
import JSONScanner
import Kernel

/// An entry of the catalog of backups (spec: backup.md, "Backup runs").
struct CatalogEntry: Hashable, Sendable {
    /// Why a run was started.
    enum Kind: String, Sendable {
        case onDemand = "on_demand"
        case scheduled
    }

    /// Where a run is.
    enum Status: String, Sendable {
        case running
        case verifying
        case done
        case failed
    }

    var id: String
    var kind: Kind
    var status: Status
    var requester: Requester
    /// The number of its first entry in the audit log.
    var auditID: Int64?
    var uri: ArtifactURI?
    var size: Int64?
    var rowCounts: [String: Int64] = [:]
    var entryCount: Int?
    var warnings: [String] = []
    var error: String?
    var startedAt: UnixTime
    var finishedAt: UnixTime?
    var deletedAt: UnixTime?
    var verifiedAt: UnixTime?
    var sha256: String?

    /// The entry as the routes show it.
    var json: String {
        var object = JSONObject()
        object.add("id", id)
        object.add("kind", kind.rawValue)
        object.add("status", status.rawValue)
        object.add("requested_by", requester.id)
        object.add("requested_by_email", requester.email)
        object.add("audit_id", auditID.map { Int($0) })
        object.add("storage_uri", uri?.description)
        object.add("size_bytes", size.map { Int($0) })
        object.add("row_counts", json: Self.json(of: rowCounts))
        object.add("sheet_count", entryCount)
        object.add("warnings", json: Self.json(of: warnings))
        object.add("error", error)
        object.add("started_at", startedAt.rfc3339)
        object.add("finished_at", finishedAt?.rfc3339)
        object.add("deleted_at", deletedAt?.rfc3339)
        object.add("verified_at", verifiedAt?.rfc3339)
        object.add("sha256", sha256)
        return object.text
    }

    /// Counts as a JSON object, in the order of the apps.
    static func json(of counts: [String: Int64]) -> String {
        var object = JSONObject()
        for (app, count) in counts.sorted(by: { $0.key < $1.key }) { object.add(app, Int(count)) }
        return object.text
    }

    /// Texts as a JSON array.
    static func json(of texts: [String]) -> String {
        let quoted = texts.map { text in
            var token: [UInt8] = []
            JSONStringToken.append(text, to: &token)
            return String(decoding: token, as: UTF8.self)
        }
        return "[\(quoted.joined(separator: ","))]"
    }
}

/// Who asked for something.
struct Requester: Hashable, Sendable {
    /// A user's id, `key:NAME` for an API key, or `system@mana-sync`.
    var id: String
    /// Their address, where the token names it.
    var email: String?

    /// The server itself, which asks for scheduled runs.
    static let system = Requester(id: "system@mana-sync")

    /// An operator at the command line.
    static let commandLine = Requester(id: "cli@mana-sync")
}
