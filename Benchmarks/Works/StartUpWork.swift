import Foundation

/// How long the server takes to its first healthy answer, and what it then has in memory.
struct StartUpWork: Work {
    let name = "start-up"
    let summary = "from the start of the process to the first 200 of /health; resident memory half a second later"

    func measure(on bench: Workbench) throws -> WorkReport {
        var samples = RoundSamples()
        for round in 0..<bench.pace.rounds {
            try bench.withFolder("start-up-\(round)") { folder in
                samples.add("new database", try start(bench, in: folder))
                samples.add("same database again", try start(bench, in: folder))
            }
        }
        return WorkReport(name, summary: summary, samples)
    }

    private func start(_ bench: Workbench, in folder: URL) throws -> Sample {
        try bench.withServer(in: folder) { server in
            usleep(500_000)
            let figures = try ProcessFigures(of: server.process.pid)
            return [
                .startUp: server.startUp.seconds * 1000,
                .resident: Double(figures.residentBytes) / 1_048_576,
            ]
        }
    }
}
