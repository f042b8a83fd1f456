import NIOCore

/// How long a connection's peer may take to send what is due, as a value: events in, the next deadline out (spec: security.md).
struct ReadDeadline {
    /// What the peer was too slow with.
    enum Expiry: Equatable {
        /// It sent part of a head, or nothing at all, and `hasBegun` tells which.
        case head(hasBegun: Bool)
        case body
        case idle
    }

    private enum Phase: Equatable {
        case head(until: NIODeadline, hasBegun: Bool)
        case body(BodyRate?)
        /// The request is complete: the server is at work.
        case answering
        case idle(until: NIODeadline)
    }

    private let limits: ConnectionLimits
    private var phase: Phase

    /// A connection accepted at `now`.
    init(_ limits: ConnectionLimits, at now: NIODeadline) {
        self.limits = limits
        phase = .head(until: now + limits.headerTimeout, hasBegun: false)
    }

    /// When to ask ``expiry(at:)`` next; nil while nothing is due.
    var next: NIODeadline? {
        switch phase {
        case .head(let deadline, _), .idle(let deadline): deadline
        case .body(let rate): rate?.windowEnd
        case .answering: nil
        }
    }

    /// Bytes came that do not complete a head.
    mutating func partOfHeadReceived(at now: NIODeadline) {
        switch phase {
        case .idle: phase = .head(until: now + limits.headerTimeout, hasBegun: true)
        case .head(let deadline, false): phase = .head(until: deadline, hasBegun: true)
        default: break
        }
    }

    mutating func headCompleted(hasBody: Bool, at now: NIODeadline) {
        guard hasBody else {
            phase = .answering
            return
        }
        phase = .body(
            BodyRate(bytesPerSecond: limits.bodyMinRate, window: limits.bodyRateWindow, startingAt: now))
    }

    mutating func bodyReceived(_ count: Int) {
        changeRate { $0.received(count) }
    }

    mutating func bodyPaused(at now: NIODeadline) {
        changeRate { $0.pause(at: now) }
    }

    mutating func bodyResumed(at now: NIODeadline) {
        changeRate { $0.resume(at: now) }
    }

    mutating func requestCompleted() {
        phase = .answering
    }

    mutating func answered(at now: NIODeadline) {
        phase = .idle(until: now + limits.idleTimeout)
    }

    /// What the peer has been too slow with at `now`, if anything.
    mutating func expiry(at now: NIODeadline) -> Expiry? {
        switch phase {
        case .head(let deadline, let hasBegun): return now >= deadline ? .head(hasBegun: hasBegun) : nil
        case .idle(let deadline): return now >= deadline ? .idle : nil
        case .answering: return nil
        case .body:
            var isTooSlow = false
            changeRate { isTooSlow = $0.isTooSlow(at: now) }
            return isTooSlow ? .body : nil
        }
    }

    private mutating func changeRate(_ change: (inout BodyRate) -> Void) {
        guard case .body(var rate?) = phase else { return }
        change(&rate)
        phase = .body(rate)
    }
}
