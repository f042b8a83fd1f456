import Kernel

/// Whether a service as a whole answers, and whether it is worth asking.
///
/// One user's failure may be that user's own (an account that the service stumbles over), so it takes failures of several users, with
/// no success between them, to stop asking for all. Then one lookup a pause goes through, until one succeeds.
struct Outage: Sendable {
    /// Of how many users calls must fail before nobody's are made.
    static let threshold = 3

    private let bounds: Pause.Bounds
    private var failedUsers: [UserKey] = []
    private var pause: Pause?
    /// When the first call failed after which none has succeeded; nil while the service answers.
    private(set) var since: UnixTime?
    /// How often the service came back after nobody was asked: pauses of single users from before that are over.
    private(set) var recoveries = 0

    init(bounds: Pause.Bounds) {
        self.bounds = bounds
    }

    /// Whether a call may be made at `now`. Once a pause is over one call may, and the next one only after another pause.
    mutating func admitsCall(at now: UnixTime) -> Bool {
        guard let pause else { return true }
        if pause.covers(now) { return false }
        self.pause?.restart(at: now)
        return true
    }

    mutating func callFailed(for user: UserKey, at now: UnixTime, wasProbe: Bool) {
        if since == nil { since = now }
        if failedUsers.count < Self.threshold, !failedUsers.contains(user) { failedUsers.append(user) }
        guard failedUsers.count == Self.threshold else { return }
        // Calls that were under way when the pause began say nothing new when they fail too.
        if pause == nil || wasProbe { pause = Pause(after: pause, at: now, bounds) }
    }

    mutating func callSucceeded() {
        if pause != nil { recoveries += 1 }
        pause = nil
        failedUsers = []
        since = nil
    }

    /// Whether calls are made only to see if the service is back.
    var isProbing: Bool { pause != nil }
}
