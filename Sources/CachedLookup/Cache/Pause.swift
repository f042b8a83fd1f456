import Kernel

/// A time in which nobody is asked, after a failure. Each further failure in a row doubles it.
struct Pause: Hashable, Sendable {
    /// The shortest and the longest pause.
    struct Bounds: Hashable, Sendable {
        let shortest: Duration
        let longest: Duration
    }

    private(set) var began: UnixTime
    private(set) var length: Duration

    /// The pause that follows a failure at `now`, where `previous` followed the one before.
    init(after previous: Pause?, at now: UnixTime, _ bounds: Bounds) {
        began = now
        length = min(previous.map { $0.length * 2 } ?? bounds.shortest, bounds.longest)
    }

    /// Whether `now` is within the pause. One that seems to begin later is over: the clock has been set back.
    func covers(_ now: UnixTime) -> Bool {
        now >= began && now.since(began) < length
    }

    /// Begins once more, as long as before.
    mutating func restart(at now: UnixTime) {
        began = now
    }
}
