/// What was measured, with its unit.
enum Quantity: String, Codable, CaseIterable {
    case requests = "requests/s"
    case changes = "changes/s"
    case megabytes = "MB/s"
    case serverCPU = "server CPU µs/request"
    case databaseCPU = "database CPU µs/request"
    case loadCPU = "load CPU µs/request"
    case megabyteCPU = "CPU ms/MB"
    case median = "p50 ms"
    case tail = "p99 ms"
    case startUp = "ms to first healthy answer"
    case resident = "MiB resident"
    case growth = "MiB resident after the load"
    case grown = "MiB that resident memory grew by"
    case perConnection = "KiB resident/connection"
    case idleCPU = "server CPU ms/s"
    case pushCPU = "server CPU ms/push"
    case reachedMedian = "p50 ms from push to last told"
    case reachedTail = "p99 ms from push to last told"
    case toldMedian = "p50 ms from answer to last told"
    case toldTail = "p99 ms from answer to last told"
    case lookupTime = "ns/lookup"

    /// Whether it makes sense to divide it by a reference's.
    var isCompared: Bool {
        switch self {
        case .requests, .changes, .megabytes, .serverCPU, .databaseCPU, .megabyteCPU, .grown, .perConnection, .idleCPU,
            .toldMedian,
            .toldTail:
            true
        case .loadCPU, .median, .tail, .startUp, .resident, .growth, .pushCPU, .reachedMedian, .reachedTail,
            .lookupTime:
            false
        }
    }
}

/// One round's figures of one subject.
typealias Sample = [Quantity: Double]
