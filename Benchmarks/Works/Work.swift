/// One thing that is measured.
protocol Work: Sendable {
    /// The name for `--only`.
    var name: String { get }
    /// One line: the work and its reference.
    var summary: String { get }

    /// Measures all rounds, the server and its references by turns.
    func measure(on bench: Workbench) throws -> WorkReport
}

/// Every work, in the order in which they run.
enum Works {
    static let all: [any Work] = [
        StartUpWork(),
        HelloWork.live,
        HelloWork.emptyPull,
        BillingWork(),
        PushWork(changes: 1, withEventIDs: false),
        PushWork(changes: 1, withEventIDs: true),
        PushWork(changes: 200, withEventIDs: false),
        PushWork(changes: 200, withEventIDs: true),
        PullWork(),
        PostgresPushWork(changes: 1, withEventIDs: false),
        PostgresPushWork(changes: 1, withEventIDs: true),
        PostgresPushWork(changes: 1, withEventIDs: true, areMembers: true),
        PostgresPushWork(changes: 10, withEventIDs: false),
        PostgresPushWork(changes: 10, withEventIDs: true),
        PostgresPushWork(changes: 10, withEventIDs: true, household: 4),
        PostgresPushWork(changes: 200, withEventIDs: false),
        PostgresPushWork(changes: 200, withEventIDs: true),
        PostgresPullWork(page: 0),
        PostgresPullWork(page: 100),
        PostgresPullWork(page: 1000),
        IdleWork.sockets,
        IdleWork.streams,
        FanOutWork(),
        StoppedReaderWork(),
        ExportWork(),
        ScanWork(),
        LookupWork(),
    ]
}
