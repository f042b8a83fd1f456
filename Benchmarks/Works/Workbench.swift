import Foundation
import NIOCore
import NIOPosix

/// What every work needs: the binary, a place for its files, and a way to put load on a port and read what that cost.
struct Workbench {
    /// The server's release binary.
    let binary: String
    /// A folder on the disk that is measured.
    let scratch: URL
    /// The cores of the servers, if they are pinned.
    let serverCores: String?
    /// The server's connections to PostgreSQL.
    let pool: Int
    /// How long to measure.
    let pace: Pace
    /// The event loops of the load.
    let group: MultiThreadedEventLoopGroup
    /// What pushes are made of.
    let corpus: ChangeCorpus

    /// Starts the server, lends it, and ends it, whatever happens.
    ///
    /// - Parameters:
    ///   - storage: Where it stores changes. With PostgreSQL, both may use all cores.
    ///   - authPort: Where the service is that knows who is in which space; nil where spaces are labels.
    ///   - creditsPort: Where its credits service listens; without one the plugin Billing is off.
    func withServer<Result>(
        in folder: URL, storage: ServerUnderTest.Storage = .sqlite, authPort: Int? = nil, creditsPort: Int? = nil,
        _ body: (ServerUnderTest) throws -> Result
    ) throws -> Result {
        let cores = if case .postgres = storage { PostgresCluster.allCores } else { serverCores }
        let server = try ServerUnderTest(
            binary: binary, folder: folder, storage: storage, authPort: authPort, creditsPort: creditsPort, cores: cores
        )
        defer { server.process.stop() }
        return try body(server)
    }

    /// Starts a bare server on the same cores, lends its process and its port, and ends it.
    ///
    /// - Parameter answer: What it answers to everything.
    func withBareServer<Result>(
        withSockets: Bool = false, answering answer: String = BareServer.health,
        _ body: (LaunchedProcess, Int) throws -> Result
    ) throws -> Result {
        let port = try BlockingClient.freePort()
        return try withFolder("bare") { folder in
            let begun = ContinuousClock.now
            let process = try LaunchedProcess(
                "/proc/\(getpid())/exe",
                ["serve-bare", "--port", "\(port)", "--answer", answer] + (withSockets ? ["--with-sockets"] : []),
                folder: folder, cores: serverCores)
            defer { process.stop() }
            _ = try ServerUnderTest.awaitHealth(process, port: port, path: "/health", since: begun)
            return try body(process, port)
        }
    }

    /// A new folder that is removed afterwards.
    func withFolder<Result>(_ name: String, _ body: (URL) throws -> Result) throws -> Result {
        let folder = scratch.appendingPathComponent(name, isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // What stays behind goes with the scratch folder.
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder)
    }

    /// Drives a server and reads what that cost both sides.
    ///
    /// - Parameter cluster: The database server, whose cost is read, too.
    /// - Returns: the figures, and how many requests were answered, those of the warm-up included.
    func load<Talk: Conversation>(
        port: Int, pid: Int32, cluster: PostgresCluster? = nil, _ conversation: @escaping @Sendable (Int) -> Talk
    ) throws -> (sample: Sample, requests: Int) {
        let generator = try LoadGenerator(port: port, connections: pace.connections, group: group, conversation)
        let warmUp = try generator.drive(for: .nanoseconds(Int64(pace.warmUp * 1e9)))
        let databaseBefore = try cluster?.processorSeconds()
        let before = (
            server: try ProcessFigures(of: pid), load: try ProcessFigures(of: getpid()), at: ContinuousClock.now
        )
        let tally = try generator.drive(for: .nanoseconds(Int64(pace.seconds * 1e9)))
        let spent = (ContinuousClock.now - before.at).seconds
        let after = (server: try ProcessFigures(of: pid), load: try ProcessFigures(of: getpid()))
        let databaseAfter = try cluster?.processorSeconds()
        try generator.close()

        let requests = Double(tally.requests)
        let microseconds = { (before: ProcessFigures, after: ProcessFigures) in
            (after.processorSeconds - before.processorSeconds) * 1e6 / requests
        }
        var sample: Sample = [
            .requests: requests / spent,
            .serverCPU: microseconds(before.server, after.server),
            .loadCPU: microseconds(before.load, after.load),
            .median: tally.latencies.milliseconds(percentile: 0.5),
            .tail: tally.latencies.milliseconds(percentile: 0.99),
            .megabytes: Double(tally.bytes) / 1e6 / spent,
            .growth: Double(after.server.residentBytes) / 1_048_576,
        ]
        if let databaseBefore, let databaseAfter {
            sample[.databaseCPU] = (databaseAfter - databaseBefore) * 1e6 / requests
        }
        return (sample, warmUp.requests + tally.requests)
    }
}
