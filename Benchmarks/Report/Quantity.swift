/// What was measured, with its unit.
enum Quantity: String, Codable, CaseIterable {
    case requests = "requests/s"
    case changes = "changes/s"
    case megabytes = "MB/s"
    case serverCPU = "server CPU µs/request"
    case loadCPU = "load CPU µs/request"
    case median = "p50 ms"
    case tail = "p99 ms"
    case startUp = "ms to first healthy answer"
    case resident = "MiB resident"
    case growth = "MiB resident after the load"

    /// Whether it makes sense to divide it by a reference's.
    var isCompared: Bool {
        switch self {
        case .requests, .changes, .megabytes, .serverCPU: true
        case .loadCPU, .median, .tail, .startUp, .resident, .growth: false
        }
    }
}

/// One round's figures of one subject.
typealias Sample = [Quantity: Double]
