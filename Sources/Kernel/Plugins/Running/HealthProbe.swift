import Synchronization

/// Asks one health check, and does not wait for it longer than a second.
final class HealthProbe: Sendable {
    let plugin: String
    let check: HealthCheck
    private let unanswered = Mutex(0)

    /// How many questions may be unanswered at a time; further ones are unhealthy at once, so that a check that hangs does not pile up
    /// tasks.
    static let maxUnanswered = 8

    init(plugin: String, check: HealthCheck) {
        self.plugin = plugin
        self.check = check
    }

    /// What the check says within a second of `time`.
    func ask(_ time: any TimeSource) async -> HealthStatus {
        let isFree = unanswered.withLock { count in
            guard count < HealthProbe.maxUnanswered else { return false }
            count += 1
            return true
        }
        guard isFree else { return .unhealthy("earlier questions are still unanswered") }
        let (answers, continuation) = AsyncStream<HealthStatus>.makeStream(bufferingPolicy: .bufferingOldest(1))
        // Tasks of their own: a group would wait for a check that does not heed its cancellation.
        let asking = Task {
            continuation.yield(await check.check())
            unanswered.withLock { $0 -= 1 }
        }
        let waiting = Task {
            do { try await time.sleep(for: .seconds(1)) } catch { return }
            continuation.yield(.unhealthy("no answer within a second"))
        }
        defer {
            asking.cancel()
            waiting.cancel()
        }
        // The stream ends without an answer only where whoever asks is cancelled.
        for await status in answers { return status }
        return .unhealthy("cancelled")
    }
}
