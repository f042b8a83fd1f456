import Domain

/// The entries of a bundle: a `.mana` archive of the whole log (spec: backup.md, "Backup runs").
public enum BundleEntry: String, Sendable, CaseIterable {
    /// The changes, one a line, in the clock's order. Members that an event line of an export has are called the same here.
    case events = "events.jsonl"
    /// The quarantined changes, one a line.
    case quarantine = "quarantine.jsonl"
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
            }
    }

    /// The table that is in the entry.
    var table: LogTable? {
        switch self {
        case .events: .changes
        case .quarantine: .quarantine
        case .erasures, .manifest: nil
        }
    }
}
