import Foundation
import NIOCore

/// One user's whole log, exported as an archive and as lines and imported again, beside zip and unzip of the same lines; and what a server keeps in memory
/// for readers that are fast and that have stopped.
struct ExportWork: Work {
    let name = "export"
    let summary =
        "GET /backup/export of one user's log, beside zip of the same lines; POST /backup/import, beside unzip"

    /// Changes of a push that fills the log.
    private static let changes = 2000
    /// How long a stopped reader reads nothing.
    private static let stop = Duration.seconds(5)

    func measure(on bench: Workbench) throws -> WorkReport {
        var samples = RoundSamples()
        try bench.withFolder(name) { folder in
            let files = Files(folder: folder)
            try bench.withServer(in: folder) { server in
                let device = try server.devices(1)[0]
                try fill(bench, server, device)
                _ = try export(server, device, "format=jsonl", to: files.lines)
                for _ in 0..<min(3, bench.pace.rounds) { try measure(bench, server, device, files, into: &samples) }
            }
        }
        return WorkReport(name, summary: summary, samples)
    }

    /// Where the files of a measurement are.
    private struct Files {
        let folder: URL
        var lines: URL { folder.appendingPathComponent("events.jsonl") }
        var archive: URL { folder.appendingPathComponent("export.mana") }
        var megabytes: Double {
            get throws {
                let size = try FileManager.default.attributesOfItem(atPath: lines.path)[.size] as? Int
                return Double(size ?? 0) / 1e6
            }
        }
    }

    /// Pushes until the log has as many bytes as the pace says, as its pushes count them.
    private func fill(_ bench: Workbench, _ server: ServerUnderTest, _ device: Device) throws {
        var push = PushConversation(
            devices: [device], changes: Self.changes, withEventIDs: false, corpus: bench.corpus, connection: 0)
        try BlockingClient.withConnection(server.port) { exchange in
            var pushed = 0
            while pushed < bench.pace.exportBytes {
                var request = ByteBuffer()
                push.writeRequest(into: &request)
                pushed += request.readableBytes
                try push.accept(exchange(request))
            }
        }
    }

    private func measure(
        _ bench: Workbench, _ server: ServerUnderTest, _ device: Device, _ files: Files,
        into samples: inout RoundSamples
    ) throws {
        let megabytes = try files.megabytes
        let archive = try export(server, device, "format=mana", to: files.archive)
        samples.add("archive", archive.sample(of: megabytes))
        for level in [1, 6] {
            let run = try ToolRun("zip", ["-q", "-\(level)", "-", files.lines.path])
            samples.add("zip -\(level)", Self.sample(run.seconds, run.processorSeconds, of: megabytes))
        }
        let lines = try export(server, device, "format=jsonl", to: nil)
        samples.add("lines alone", lines.sample(of: megabytes), beside: nil)
        samples.add("archive to a stopped reader", try stoppedReader(server, device), beside: nil)
        samples.add("import", try restore(bench, files, of: megabytes), beside: nil)
        let unzip = try ToolRun("unzip", ["-p", files.archive.path, "events.jsonl"])
        samples.add("unzip -p", Self.sample(unzip.seconds, unzip.processorSeconds, of: megabytes), beside: "import")
    }

    private static func sample(_ seconds: Double, _ processorSeconds: Double, of megabytes: Double) -> Sample {
        [.megabytes: megabytes / seconds, .megabyteCPU: processorSeconds * 1000 / megabytes]
    }

    /// What an export took the server.
    private struct Exported {
        var seconds: Double
        var processorSeconds: Double
        var grown: Double
        var most: Double

        func sample(of megabytes: Double) -> Sample {
            var sample = ExportWork.sample(seconds, processorSeconds, of: megabytes)
            (sample[.grown], sample[.growth]) = (grown, most)
            return sample
        }
    }

    private func export(
        _ server: ServerUnderTest, _ device: Device, _ query: String, to file: URL?
    ) throws -> Exported {
        let before = try ProcessFigures(of: server.process.pid)
        var most = before.residentBytes
        let run = try ToolRun("curl", Self.curl(server, device, "/backup/export?\(query)"), output: file) { _ in
            most = max(most, try ProcessFigures(of: server.process.pid).residentBytes)
        }
        let after = try ProcessFigures(of: server.process.pid)
        return Exported(
            seconds: run.seconds, processorSeconds: after.processorSeconds - before.processorSeconds,
            grown: Double(most - before.residentBytes) / 1_048_576, most: Double(most) / 1_048_576)
    }

    /// The most memory while a reader stops after half a second, for some seconds, and then reads the rest.
    private func stoppedReader(_ server: ServerUnderTest, _ device: Device) throws -> Sample {
        let before = try ProcessFigures(of: server.process.pid).residentBytes
        var most = before
        let begun = ContinuousClock.now
        var hasStopped = false
        var goesOn = false
        _ = try ToolRun("curl", Self.curl(server, device, "/backup/export")) { reader in
            most = max(most, try ProcessFigures(of: server.process.pid).residentBytes)
            let spent = ContinuousClock.now - begun
            if !hasStopped, spent > .milliseconds(500) {
                kill(reader, SIGSTOP)
                hasStopped = true
            } else if !goesOn, spent > .milliseconds(500) + Self.stop {
                kill(reader, SIGCONT)
                goesOn = true
            }
        }
        return [.grown: Double(most - before) / 1_048_576, .growth: Double(most) / 1_048_576]
    }

    /// Imports the archive into an empty server.
    private func restore(_ bench: Workbench, _ files: Files, of megabytes: Double) throws -> Sample {
        try bench.withFolder("import") { folder in
            try bench.withServer(in: folder) { server in
                let device = try server.devices(1)[0]
                let before = try ProcessFigures(of: server.process.pid)
                var most = before.residentBytes
                let upload = ["-X", "POST", "-T", files.archive.path]
                let run = try ToolRun("curl", Self.curl(server, device, "/backup/import") + upload) { _ in
                    most = max(most, try ProcessFigures(of: server.process.pid).residentBytes)
                }
                let after = try ProcessFigures(of: server.process.pid)
                var sample = Self.sample(run.seconds, after.processorSeconds - before.processorSeconds, of: megabytes)
                sample[.grown] = Double(most - before.residentBytes) / 1_048_576
                sample[.growth] = Double(most) / 1_048_576
                return sample
            }
        }
    }

    private static func curl(_ server: ServerUnderTest, _ device: Device, _ path: String) -> [String] {
        ["-sSf", "-H", "Authorization: Bearer \(device.token)", "http://127.0.0.1:\(server.port)\(path)"]
    }
}
