import Synchronization

/// What recent attempts to connect say about the next.
struct OpeningState {
    private var failures = 0
    /// Not before then.
    private(set) var retryTime: ContinuousClock.Instant?
    /// What the last attempt failed with; nil after a success.
    private(set) var lastError: PostgresError?
    /// When the last connection was lost, or the first attempt failed while there was none; nil while there is one, or none was wanted yet.
    private(set) var unreachableSince: ContinuousClock.Instant?

    func mayTry(at now: ContinuousClock.Instant) -> Bool {
        retryTime.map { $0 <= now } ?? true
    }

    /// Until when what has waited since an instant goes on: for so long, but no longer than that after the database was lost. So a short outage is
    /// bridged, and in a long one nobody waits.
    func deadline(
        ofWaitSince instant: ContinuousClock.Instant, timeout: Duration
    ) -> ContinuousClock.Instant {
        min(instant, unreachableSince ?? instant) + timeout
    }

    /// There is no connection left.
    mutating func becomesUnreachable(at now: ContinuousClock.Instant) {
        unreachableSince = unreachableSince ?? now
    }

    mutating func fail(
        _ error: PostgresError, _ backoff: PostgresBackoff, using random: inout some RandomNumberGenerator
    ) {
        failures += 1
        lastError = error
        delay(by: backoff.delay(failures: failures, using: &random))
    }

    mutating func delay(by duration: Duration) {
        retryTime = max(retryTime ?? .now, .now + duration)
    }
}

/// Numbers for connections and attempts, never used twice in a process.
enum ConnectionID {
    private static let last = Atomic(0)

    static func next() -> Int {
        last.add(1, ordering: .relaxed).newValue
    }
}

extension PostgresError {
    /// Whether an attempt to connect fails until somebody changes something.
    var isLasting: Bool {
        switch category {
        case .authenticationFailed, .undefinedObject, .permissionDenied, .misconfigured: true
        default: false
        }
    }
}
