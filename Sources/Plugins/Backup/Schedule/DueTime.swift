import Kernel

/// What a schedule's keeper does now: a pure function of the schedule, the clock and what was remembered.
struct DueTime: Equatable, Sendable {
    /// What to do.
    enum Step: Equatable, Sendable {
        /// Nothing before an instant.
        case wait(until: UnixTime)
        /// Start the run that was due at an instant; runs that were missed after it are not made up for.
        case run(due: UnixTime)
    }

    /// What to do now.
    var step: Step
    /// The due time to remember, durably: before a run that is started now begins, so that it is not started again.
    var next: UnixTime

    /// Decides.
    ///
    /// - Parameters:
    ///   - remembered: The due time that was remembered; nil where the schedule is new or was changed.
    ///   - jitter: How long after its due time a run starts.
    /// - Returns: nil if nothing will ever be due.
    static func decide(
        _ schedule: BackupSchedule, now: UnixTime, remembered: UnixTime?, jitter: Duration
    ) -> DueTime? {
        guard let coming = schedule.next(after: now) else { return nil }
        guard let remembered else { return DueTime(step: .wait(until: coming.advanced(by: jitter)), next: coming) }
        // The clock was set back: what is remembered lies further ahead than any next time can.
        if let beyond = schedule.next(after: coming), remembered > beyond {
            return DueTime(step: .wait(until: coming.advanced(by: jitter)), next: coming)
        }
        let start = remembered.advanced(by: jitter)
        guard start <= now else { return DueTime(step: .wait(until: start), next: remembered) }
        return DueTime(step: .run(due: remembered), next: coming)
    }

    /// A part of `most` that is one deployment's own for a due time, and another's is another: so that those who write "daily" do not all come at once.
    static func jitter(upTo most: Duration, due: UnixTime, deployment: UInt64) -> Duration {
        guard most > .zero else { return .zero }
        // SplitMix64.
        var mixed = UInt64(bitPattern: due.seconds) ^ deployment
        mixed = (mixed &+ 0x9E37_79B9_7F4A_7C15)
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return .microseconds(Int64(mixed % UInt64(most.microseconds + 1)))
    }
}
