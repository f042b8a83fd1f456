/// The place of the change clock up to which this server has heard of all commits, and from which on it looks when it may have missed some (decision 7).
///
/// A value without I/O: what happens to the LISTEN session and what comes over it are methods.
struct NoticeMark: Sendable {
    /// What has to be looked for.
    enum Doubt: Hashable, Sendable {
        /// What was committed behind this place.
        case since(Int64)
        /// Anything: nobody knows from where on.
        case everything
    }

    /// What this server knows of itself or another one.
    private struct Server {
        /// It has told of all of its commits up to there.
        var told: Int64
        /// The round in which it was heard.
        var round: Int
    }

    /// What came back of the last ping when the next one is due.
    enum Echo: Sendable {
        /// It came back, or nothing is to be said of it.
        case heard
        /// It did not, on a session over which others came: that session is dead.
        case lost
        /// It did not, and none of this session ever has: what is sent does not arrive here. Said once a session.
        case neverHeard
    }

    /// The mark moves from this round of a session on: by then every server at work has pinged in it, those too that began meanwhile.
    static let firstRound = 3
    /// A server that was not heard for so many rounds is taken for gone. What it has not told of is looked for.
    static let mostSilentRounds = 4

    private var servers: [NoticeMessage.Sender: Server] = [:]
    /// Own pings that came back, of those that are sent at the pace: ever, and in this session.
    private(set) var rounds = 0
    private var roundsOfSession = 0
    private var isListening = false
    private var awaitsEcho = false
    /// Whether the awaited ping has left this server: it may wait for a connection for long.
    private var isPingSent = false
    private var hasHeardEcho = false
    private var isDeafnessSaid = false
    private var doubt: Doubt?
    /// The clock when it was read last.
    private(set) var lastClock = Int64.min

    /// Everything up to there was told to this server's listeners. Nil until that is known for the first time.
    private(set) var place: Int64?

    /// The session is in force.
    mutating func connected() {
        isListening = true
        awaitsEcho = false
        hasHeardEcho = false
        isDeafnessSaid = false
        roundsOfSession = 0
    }

    /// The session is lost.
    mutating func disconnected() {
        isListening = false
        awaitsEcho = false
    }

    /// Something may have been missed that was committed behind the mark or, if that is earlier, behind `place`.
    mutating func doubted(behind place: Int64? = nil) {
        roundsOfSession = 0
        let from = self.place.map { min($0, place ?? $0) }
        switch (doubt, from) {
        case (nil, .some(let from)): doubt = .since(from)
        case (.since(let earlier), .some(let from)): doubt = .since(min(earlier, from))
        case (_, nil), (.everything, _): doubt = .everything
        }
    }

    /// Anything may have been missed.
    mutating func doubtedEverything() {
        roundsOfSession = 0
        doubt = .everything
    }

    /// The clock was read. Where it has stepped back it is another one, of another log: nothing that was known holds, and anything may have been missed.
    mutating func saw(clock: Int64) {
        if clock < lastClock { forget() }
        lastClock = clock
    }

    /// The log is another one.
    mutating func forget() {
        servers = [:]
        place = nil
        lastClock = .min
        doubtedEverything()
    }

    /// What has to be looked for; nil where nothing is. It is then no longer due.
    mutating func takeDoubt() -> Doubt? {
        defer { doubt = nil }
        return doubt
    }

    /// An own ping is about to be sent because it is time. One that is sent for another server, which is new, makes no round and is not waited for.
    mutating func pinged() {
        awaitsEcho = isListening
        isPingSent = false
    }

    /// It was sent.
    mutating func pingWasSent() {
        isPingSent = true
    }

    /// It could not be sent.
    mutating func pingFailed() {
        awaitsEcho = false
    }

    /// The next ping is due: whether the one before came back.
    mutating func echo() -> Echo {
        guard awaitsEcho, isPingSent else { return .heard }
        awaitsEcho = false
        if hasHeardEcho { return .lost }
        defer { isDeafnessSaid = true }
        return isDeafnessSaid ? .heard : .neverHeard
    }

    /// Another server has told of all of its commits up to `told`; whether it is one that was not known.
    mutating func heard(_ sender: NoticeMessage.Sender, told: Int64) -> Bool {
        servers.updateValue(Server(told: told, round: rounds), forKey: sender) == nil
    }

    /// Another server has told of everything and is gone.
    mutating func heardFarewell(of sender: NoticeMessage.Sender) {
        servers[sender] = nil
    }

    /// An own ping came back, and so has all that was sent before it in this session.
    mutating func heardEcho(from own: NoticeMessage.Sender, told: Int64) {
        hasHeardEcho = true
        guard awaitsEcho else { return }
        awaitsEcho = false
        rounds += 1
        servers[own] = Server(told: told, round: rounds)
        let gone = servers.filter { rounds - $0.value.round > Self.mostSilentRounds }
        if let first = gone.values.map(\.told).min() {
            for sender in gone.keys { servers[sender] = nil }
            doubted(behind: first)
        }
        roundsOfSession += 1
        guard roundsOfSession >= Self.firstRound else { return }
        place = servers.values.map(\.told).min()
    }
}
