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

    /// About a minute.
    static let quick = Pace(rounds: 3, seconds: 1, warmUp: 0.3, connections: 32, users: 64)
    /// About seven minutes.
    static let thorough = Pace(rounds: 5, seconds: 5, warmUp: 1, connections: 32, users: 64)

    /// The length of one measurement.
    var duration: Duration { .seconds(seconds) }
}
