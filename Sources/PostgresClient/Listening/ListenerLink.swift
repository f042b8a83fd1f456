/// One listener's connection, or the way to it.
final class ListenerLink {
    enum State {
        case waiting(until: ContinuousClock.Instant)
        /// An attempt with this number is under way.
        case opening(Int)
        /// Open; at this time it is asked whether it lives, or is lost if it was asked before.
        case open(PipelinedConnection, until: ContinuousClock.Instant)
    }

    let specification: ListenerSpecification
    let outage: OutageReport
    var state = State.waiting(until: .now)
    /// Losses since LISTEN last succeeded.
    var failures = 0
    var awaitsAnswer = false
    /// Whether LISTEN has succeeded on this connection.
    var isListening = false
    /// Whether it ever has.
    var hasListened = false

    init(_ specification: ListenerSpecification, outage: OutageReport) {
        self.specification = specification
        self.outage = outage
    }

    var connection: PipelinedConnection? {
        if case .open(let connection, _) = state { connection } else { nil }
    }

    /// When something is to be done even if nothing happens.
    var nextTime: ContinuousClock.Instant? {
        switch state {
        case .waiting(let until), .open(_, let until): until
        case .opening: nil
        }
    }

    func isOpening(_ id: Int) -> Bool {
        if case .opening(id) = state { true } else { false }
    }

    /// LISTEN takes no parameters: names are quoted.
    var listenStatements: [PostgresStatement] {
        specification.channels.map { channel in
            let quoted = channel.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
            return PostgresStatement("LISTEN \"\(quoted)\"", isPrepared: false)
        }
    }
}
