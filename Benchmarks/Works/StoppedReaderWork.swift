import Foundation
import NIOCore

/// 40,000 changes, more than the buffers of a connection hold, while the reader of a stream reads nothing: what the server keeps for it, and
/// whether it lacks anything afterwards.
struct StoppedReaderWork: Work {
    let name = "stopped-reader"
    let summary = "40,000 changes while a stream's reader is stopped, beside the same changes without a reader"

    private static let pushes = 200
    private static let changes = 200

    func measure(on bench: Workbench) throws -> WorkReport {
        var samples = RoundSamples()
        for _ in 0..<bench.pace.rounds {
            samples.add("a stopped reader", try push(bench, withReader: true))
            samples.add("no reader", try push(bench, withReader: false))
        }
        return WorkReport(name, summary: summary, samples)
    }

    private func push(_ bench: Workbench, withReader: Bool) throws -> Sample {
        try bench.withFolder(name) { folder in
            try bench.withServer(in: folder) { server in
                let device = try server.devices(1)[0]
                let audience = Audience<StreamTalk>(port: server.port, group: bench.group, receiveBuffer: 4096)
                if withReader {
                    try audience.grow(to: 1) { _ in
                        StreamTalk.changes(path: "/sync/\(Device.app)/stream", device: device)
                    }
                    try audience.read(false)
                }
                let before = try ProcessFigures(of: server.process.pid).residentBytes
                audience.bell.expect(Self.pushes * Self.changes)
                try pushAll(bench, device, server.port)
                let after = try ProcessFigures(of: server.process.pid).residentBytes
                if withReader {
                    try audience.read(true)
                    _ = try audience.bell.wait()
                    try audience.close()
                }
                return [.grown: Double(after - before) / 1_048_576, .growth: Double(after) / 1_048_576]
            }
        }
    }

    private func pushAll(_ bench: Workbench, _ device: Device, _ port: Int) throws {
        var push = PushConversation(
            devices: [device], changes: Self.changes, withEventIDs: false, corpus: bench.corpus, connection: 0)
        try BlockingClient.withConnection(port) { exchange in
            for _ in 0..<Self.pushes {
                var request = ByteBuffer()
                push.writeRequest(into: &request)
                try push.accept(exchange(request))
            }
        }
    }
}
