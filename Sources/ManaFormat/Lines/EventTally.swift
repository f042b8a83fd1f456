public import Domain

/// What lines of events hold, as a manifest says it.
public struct EventTally: Equatable, Sendable {
    /// How many they are.
    public private(set) var count = 0
    /// The apps of their changes.
    public private(set) var apps: Set<AppID> = []
    /// The lowest and the highest schema version; nil where there is no line.
    public private(set) var schemaVersions: ClosedRange<Int>?
    /// The app of the last line, so that a run of lines of one app costs a comparison each.
    private var lastApp: [UInt8] = []

    /// A tally of nothing.
    public init() {}

    public static func == (left: EventTally, right: EventTally) -> Bool {
        left.count == right.count && left.apps == right.apps && left.schemaVersions == right.schemaVersions
    }

    mutating func count(app: UnsafeRawBufferPointer, schemaVersion: Int) {
        if !lastApp.elementsEqual(app) {
            lastApp = Array(app)
            if let app = AppID(String(decoding: app, as: UTF8.self)) { apps.insert(app) }
        }
        count(schemaVersion)
    }

    mutating func count(app: AppID, schemaVersion: Int) {
        apps.insert(app)
        count(schemaVersion)
    }

    /// Adds what other lines hold.
    public mutating func add(_ other: EventTally) {
        count += other.count
        apps.formUnion(other.apps)
        guard let versions = other.schemaVersions else { return }
        schemaVersions =
            min(
                schemaVersions?.lowerBound ?? .max, versions.lowerBound)...max(
                schemaVersions?.upperBound ?? .min, versions.upperBound)
    }

    private mutating func count(_ schemaVersion: Int) {
        count += 1
        guard let versions = schemaVersions else {
            schemaVersions = schemaVersion...schemaVersion
            return
        }
        guard !versions.contains(schemaVersion) else { return }
        schemaVersions = min(versions.lowerBound, schemaVersion)...max(versions.upperBound, schemaVersion)
    }
}
