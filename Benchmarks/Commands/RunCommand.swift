import ArgumentParser
import Foundation
import NIOCore
import NIOPosix

/// Runs the works one after another, prints a table and writes the report.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Measures, prints a table and writes a report.")

    @Option(help: "The server's release binary.")
    var binary: String

    @Option(help: "Recorded changesets, one JSON object a line.")
    var changesets: String

    @Option(help: "A folder for databases and logs, on the disk that is to be measured.")
    var scratch: String

    @Option(help: "Where the JSON report goes.")
    var output: String

    @Option(help: "The commit that the binary was built from.")
    var commit = "unknown"

    @Option(help: "The cores of the servers, as taskset takes them; none means no pinning.")
    var serverCores: String?

    @Option(help: "How many connections to PostgreSQL the server may open; as many as the load has if not said.")
    var pool: Int?

    @Flag(help: "Short rounds, for a first impression.")
    var quick = false

    @Option(help: "Measure only this work; may be repeated.")
    var only: [String] = []

    func run() throws {
        try OpenFiles.allow(FanOutWork.crowd + 1000)
        let pace = quick ? Pace.quick : Pace.thorough
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        defer { try? group.syncShutdownGracefully() }  // the process ends: what does not shut down ends with it
        let bench = Workbench(
            binary: binary, scratch: URL(fileURLWithPath: scratch, isDirectory: true), serverCores: serverCores,
            pool: pool ?? pace.connections, pace: pace, group: group, corpus: try ChangeCorpus(contentsOf: changesets))
        var report = Report(commit: commit, pace: pace, machine: Machine.current, corpus: bench.corpus)
        print(report.heading)
        for work in try chosen() {
            progress("\(work.name): \(work.summary)")
            let done = try work.measure(on: bench)
            report.works.append(done)
            try report.write(to: URL(fileURLWithPath: output))
        }
        print(report.table)
    }

    private func chosen() throws -> [any Work] {
        for name in only where !Works.all.contains(where: { $0.name == name }) {
            let names = Works.all.map(\.name).joined(separator: ", ")
            throw ValidationError("there is no work named \(name); there are \(names)")
        }
        return only.isEmpty ? Works.all : Works.all.filter { only.contains($0.name) }
    }

    private func progress(_ line: String) {
        FileHandle.standardError.write(Data("\(line)\n".utf8))
    }
}
