import NIOCore

/// How long it takes until everybody knows of a push, and what telling a crowd costs.
struct FanOutWork: Work {
    let name = "fan-out"
    let summary = "from a push's answer until the last of one user's listeners is told, beside a round trip on loopback"

    /// The most listeners.
    static let crowd = 10_000
    private static let listeners = 200
    private static let crowdPushes = 10

    func measure(on bench: Workbench) throws -> WorkReport {
        var samples = RoundSamples()
        let (few, many) = ("\(Self.listeners) sockets", "\(Self.crowd) sockets")
        for round in 0..<bench.pace.rounds {
            let sockets = try fanOut(bench, Self.listeners, pushes: bench.pace.toldPushes) { device in
                SocketTalk(path: "/ws", token: device.token)
            }
            samples.add(few, sockets, beside: nil)
            let streams = try fanOut(bench, Self.listeners, pushes: bench.pace.toldPushes) { device in
                StreamTalk.events(path: "/sync/\(Device.app)/stream", device: device)
            }
            samples.add("\(Self.listeners) streams", streams, beside: nil)
            samples.add("loopback round trip", try roundTrips(bench), beside: few)
            guard round < bench.pace.listeningRounds else { continue }
            let crowd = try fanOut(bench, Self.crowd, pushes: Self.crowdPushes) { device in
                SocketTalk(path: "/ws", token: device.token)
            }
            samples.add(many, crowd, beside: nil)
        }
        return WorkReport(name, summary: summary, samples)
    }

    /// Pushes of one change, each told to every listener before the next one goes out.
    private func fanOut<Talk: ListenerTalk>(
        _ bench: Workbench, _ listeners: Int, pushes: Int, _ talk: @escaping @Sendable (Device) -> Talk
    ) throws -> Sample {
        try bench.withFolder(name) { folder in
            try bench.withServer(in: folder) { server in
                let device = try server.devices(1)[0]
                let audience = Audience<Talk>(port: server.port, group: bench.group)
                try audience.grow(to: listeners) { _ in talk(device) }
                var push = PushConversation(
                    devices: [device], changes: 1, withEventIDs: false, corpus: bench.corpus, connection: 0)
                let sample = try BlockingClient.withConnection(server.port) { exchange in
                    _ = try tell(audience, pushes: 3, &push, exchange)
                    let before = try ProcessFigures(of: server.process.pid).processorSeconds
                    var sample = try tell(audience, pushes: pushes, &push, exchange)
                    let spent = try ProcessFigures(of: server.process.pid).processorSeconds - before
                    sample[.pushCPU] = spent * 1000 / Double(pushes)
                    return sample
                }
                try audience.close()
                return sample
            }
        }
    }

    private func tell<Talk: ListenerTalk>(
        _ audience: Audience<Talk>, pushes: Int, _ push: inout PushConversation,
        _ exchange: (ByteBuffer) throws -> HTTPAnswer
    ) throws -> Sample {
        var (answered, reached, told) = (LatencyHistogram(), LatencyHistogram(), LatencyHistogram())
        for _ in 0..<pushes {
            var request = ByteBuffer()
            push.writeRequest(into: &request)
            audience.bell.expect(audience.count)
            let sent = NIODeadline.now()
            let answer = try exchange(request)
            let done = NIODeadline.now()
            try push.accept(answer)
            let last = try audience.bell.wait()
            answered.record(nanoseconds: (done - sent).nanoseconds)
            reached.record(nanoseconds: (last - sent).nanoseconds)
            // Where all are told before the pusher has its answer, nobody waits.
            told.record(nanoseconds: (last - done).nanoseconds)
        }
        return [
            .median: answered.milliseconds(percentile: 0.5), .tail: answered.milliseconds(percentile: 0.99),
            .reachedMedian: reached.milliseconds(percentile: 0.5), .reachedTail: reached.milliseconds(percentile: 0.99),
            .toldMedian: told.milliseconds(percentile: 0.5), .toldTail: told.milliseconds(percentile: 0.99),
        ]
    }

    /// One request at a time to a bare NIO server.
    private func roundTrips(_ bench: Workbench) throws -> Sample {
        try bench.withBareServer { _, port in
            try BlockingClient.withConnection(port) { exchange in
                var taken = LatencyHistogram()
                for _ in 0..<bench.pace.toldPushes {
                    let sent = NIODeadline.now()
                    _ = try exchange(.get("/"))
                    taken.record(nanoseconds: (NIODeadline.now() - sent).nanoseconds)
                }
                return [
                    .toldMedian: taken.milliseconds(percentile: 0.5), .toldTail: taken.milliseconds(percentile: 0.99),
                ]
            }
        }
    }
}
