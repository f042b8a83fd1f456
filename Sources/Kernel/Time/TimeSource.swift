import CClock

/// Where the server takes the time of day from, and what its background work sleeps on.
///
/// Production uses ``SystemTimeSource``; tests a manual one (`KernelTesting.ManualTime`), so that no test sleeps.
public protocol TimeSource: Sendable {
    /// The wall clock. It may step back; nothing that must not step back may rely on it alone.
    var now: UnixTime { get }

    /// Returns after `duration`, measured on a clock that does not step.
    ///
    /// - Throws: `CancellationError` when the task is cancelled before.
    func sleep(for duration: Duration) async throws

    /// What the clock that does not step shows: how long it has gone, from any beginning.
    var elapsed: Duration { get }
}

extension TimeSource {
    /// The time since the process first asked, on the machine's clock.
    public var elapsed: Duration { clockStart.duration(to: .now) }
}

private let clockStart = ContinuousClock.now

/// The machine's clocks.
public struct SystemTimeSource: TimeSource {
    /// The machine's clocks.
    public init() {}

    public var now: UnixTime { UnixTime(microseconds: cclock_realtime_microseconds()) }

    public func sleep(for duration: Duration) async throws {
        try await Task.sleep(for: duration)
    }
}
