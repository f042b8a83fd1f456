import Foundation

/// Thousands of listeners to whom nothing is said: what each costs in memory, and what all of them cost in time.
struct IdleWork<Talk: ListenerTalk>: Work {
    let name: String
    let summary: String
    /// How many listen, in steps.
    private let counts: [Int]
    private let talk: @Sendable (Device) -> Talk

    /// Each user has so many connections.
    private static var perUser: Int { 4 }

    func measure(on bench: Workbench) throws -> WorkReport {
        var samples = RoundSamples()
        for round in 0..<bench.pace.listeningRounds {
            let devices = try bench.withFolder("\(name)-\(round)") { folder in
                try bench.withServer(in: folder) { server in
                    let devices = try server.devices((counts.max() ?? 0) / Self.perUser)
                    for (count, sample) in try hold(bench, server.port, server.process.pid, devices) {
                        samples.add("mana-sync, \(count)", sample, beside: nil)
                    }
                    return devices
                }
            }
            try bench.withBareServer(withSockets: true) { bare, port in
                for (count, sample) in try hold(bench, port, bare.pid, devices) {
                    samples.add("bare NIO, \(count)", sample, beside: "mana-sync, \(count)")
                }
            }
        }
        return WorkReport(name, summary: summary, samples)
    }

    /// Opens listeners step by step; the time that the server takes is measured at the last.
    private func hold(
        _ bench: Workbench, _ port: Int, _ pid: Int32, _ devices: [Device]
    ) throws -> [(count: Int, sample: Sample)] {
        let audience = Audience<Talk>(port: port, group: bench.group)
        let talk = talk
        let empty = try ProcessFigures(of: pid).residentBytes
        var steps: [(count: Int, sample: Sample)] = []
        for count in counts {
            try audience.grow(to: count) { talk(devices[$0 % devices.count]) }
            usleep(1_000_000)  // what was allocated for their arrival may be returned
            let resident = try ProcessFigures(of: pid).residentBytes
            var sample: Sample = [
                .perConnection: Double(resident - empty) / 1024 / Double(count),
                .resident: Double(resident) / 1_048_576,
            ]
            if count == counts.last {
                sample[.idleCPU] = try processorTime(of: pid, over: bench.pace.idleSeconds)
                sample[.growth] = Double(try ProcessFigures(of: pid).residentBytes) / 1_048_576
            }
            steps.append((count, sample))
        }
        try audience.close()
        return steps
    }

    /// Milliseconds of processor time a second.
    private func processorTime(of pid: Int32, over seconds: Double) throws -> Double {
        let before = try ProcessFigures(of: pid).processorSeconds
        let begun = ContinuousClock.now
        usleep(UInt32(seconds * 1e6))
        let spent = try ProcessFigures(of: pid).processorSeconds - before
        return spent * 1000 / (ContinuousClock.now - begun).seconds
    }
}

extension IdleWork<SocketTalk> {
    /// WebSockets of all apps.
    static let sockets = IdleWork(
        name: "idle-sockets",
        summary: "authenticated WebSockets to which nothing is said, beside those of a bare NIO server",
        counts: [1000, 5000, 10_000]
    ) { SocketTalk(path: "/ws", token: $0.token) }
}

extension IdleWork<StreamTalk> {
    /// Streams of an app without changes.
    static let streams = IdleWork(
        name: "idle-streams", summary: "streams in which nothing happens, beside open responses of a bare NIO server",
        counts: [1000, 5000]
    ) { StreamTalk.events(path: "/sync/\(Device.app)/stream", device: $0) }
}
