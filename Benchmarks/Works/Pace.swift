import NIOCore

/// How long and with how many connections a run measures.
struct Pace: Codable {
    /// Rounds, each of which measures the server and then its references.
    let rounds: Int
    /// Seconds of one measurement.
    let seconds: Double
    /// Seconds of load before each measurement of the server.
    let warmUp: Double
    /// Keep-alive connections in a closed loop.
    let connections: Int
    /// Users, each with one device.
    let users: Int
    /// Rounds of what takes thousands of listeners.
    let listeningRounds: Int
    /// Seconds for which listeners are left alone; past 30 they include a ping or a heartbeat of each.
    let idleSeconds: Double
    /// Pushes of which each is told to everybody before the next one.
    let toldPushes: Int
    /// Bytes of pushes in the log that is exported; its lines have somewhat more.
    let exportBytes: Int

    /// About two minutes.
    static let quick = Pace(
        rounds: 3, seconds: 1, warmUp: 0.3, connections: 32, users: 64, listeningRounds: 1, idleSeconds: 5,
        toldPushes: 200, exportBytes: 32 << 20)
    /// About fifteen minutes.
    static let thorough = Pace(
        rounds: 5, seconds: 5, warmUp: 1, connections: 32, users: 64, listeningRounds: 3, idleSeconds: 35,
        toldPushes: 1000, exportBytes: 1500 << 20)

    /// The length of one measurement.
    var duration: Duration { .seconds(seconds) }
}
