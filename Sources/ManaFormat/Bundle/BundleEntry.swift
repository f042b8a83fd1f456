import Domain

/// The entries of a bundle: a `.mana` archive of the whole log (spec: backup.md, "Backup runs").
public enum BundleEntry: String, Sendable, CaseIterable {
    /// The changes, one a line, in the clock's order. Members that an event line of an export has are called the same here.
    case events = "events.jsonl"
    /// The quarantined changes, one a line.
    case quarantine = "quarantine.jsonl"
    /// When each user's spaces were asked for, one user a line. This and the next three are there since version 2 of the format.
    case memberships = "memberships.jsonl"
    /// The spaces that are granted, one a line.
    case grants = "grants.jsonl"
    /// How far apps' parts of spaces are inherited, one a line.
    case inheritance = "inheritance.jsonl"
    /// The places of inherited changes, one a line.
    case inherited = "inherited.jsonl"
    /// The ledger of erasures and its key: who may read a bundle may read all there is.
    case erasures = "erasures.json"
    /// What is in the bundle; the last entry.
    case manifest = "manifest.json"

    /// The entry that a table is in.
    init(_ table: LogTable) {
        self =
            switch table {
            case .changes: .events
            case .quarantine: .quarantine
            case .memberships: .memberships
            case .grants: .grants
            case .inheritance: .inheritance
            case .inherited: .inherited
            }
    }

    /// The table that is in the entry.
    var table: LogTable? {
        switch self {
        case .events: .changes
        case .quarantine: .quarantine
        case .memberships: .memberships
        case .grants: .grants
        case .inheritance: .inheritance
        case .inherited: .inherited
        case .erasures, .manifest: nil
        }
    }

    /// The version of the format in which the entry came.
    var version: Int {
        switch self {
        case .memberships, .grants, .inheritance, .inherited: 2
        case .events, .quarantine, .erasures, .manifest: 1
        }
    }

    /// The names of the entries before the manifest that a bundle of a version has, in their order.
    static func names(inVersion version: Int) -> [String] {
        allCases.filter { $0 != .manifest && $0.version <= version }.map(\.rawValue)
    }
}
