#if canImport(Glibc)
    import Glibc
    import SwiftOverlayShims
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

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
}

/// The machine's clocks.
public struct SystemTimeSource: TimeSource {
    /// The machine's clocks.
    public init() {}

    public var now: UnixTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UnixTime(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }

    public func sleep(for duration: Duration) async throws {
        try await Task.sleep(for: duration)
    }
}
