/// What a stretch of load did.
struct LoadTally {
    /// Requests that were answered.
    private(set) var requests = 0
    /// Bytes of the answers.
    private(set) var bytes = 0
    /// How long each took.
    private(set) var latencies = LatencyHistogram()

    /// Counts an answered request.
    mutating func count(nanoseconds: Int64, bytes: Int) {
        requests += 1
        self.bytes += bytes
        latencies.record(nanoseconds: nanoseconds)
    }

    /// Takes over what another connection did.
    mutating func add(_ other: LoadTally) {
        requests += other.requests
        bytes += other.bytes
        latencies.add(other.latencies)
    }
}
