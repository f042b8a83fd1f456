import Foundation
import NIOCore

/// The release binary on a port and a folder of its own, with the configuration of a single machine: nothing outside but the database, if it is one.
struct ServerUnderTest {
    /// Where it stores changes.
    enum Storage {
        /// In a file of its folder.
        case sqlite
        /// In the database at a URL, over so many connections.
        case postgres(String, connections: Int)
    }

    /// Its process.
    let process: LaunchedProcess
    /// Where it listens, on 127.0.0.1.
    let port: Int
    /// Its database file, with SQLite.
    let database: String
    /// From the start of the process to its first healthy answer.
    let startUp: Duration

    /// Starts it and waits until it is healthy, 20 seconds at most.
    ///
    /// - Parameters:
    ///   - authPort: Where the service is that knows who is in which space; nil where spaces are labels.
    ///   - creditsPort: Where its credits service listens; without one the plugin Billing is off.
    init(
        binary: String, folder: URL, storage: Storage = .sqlite, authPort: Int? = nil, creditsPort: Int? = nil,
        cores: String?
    ) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        port = try BlockingClient.freePort()
        database = folder.appendingPathComponent("mana-sync.db").path
        let config = folder.appendingPathComponent("mana-sync.yaml")
        try Self.configuration(
            port: port, folder: folder, storage: storage, authPort: authPort, creditsPort: creditsPort
        )
        .write(to: config, atomically: true, encoding: .utf8)
        let begun = ContinuousClock.now
        process = try LaunchedProcess(binary, ["serve", "--config", config.path], folder: folder, cores: cores)
        startUp = try Self.awaitHealth(process, port: port, path: "/health", since: begun)
    }

    /// One device for each of so many users, of whom so many at a time share a space.
    func devices(_ count: Int, household: Int = 1) throws -> [Device] {
        try BlockingClient.withConnection(port) { exchange in
            try (0..<count).map { number in
                let user = "u-bench-\(number)"
                let answer = try exchange(.post("/dev/token", json: #"{"sub":"\#(user)"}"#))
                guard answer.status == 200,
                    let issued = try? JSONDecoder().decode(IssuedToken.self, from: Data(answer.body.readableBytesView))
                else { throw BenchmarkError("POST /dev/token was answered \(answer.status): \(answer.text)") }
                return Device(
                    user: user, client: "bench-client-\(number)", household: number / household, token: issued.token)
            }
        }
    }

    /// Asks every two hundred microseconds until the answer is 200.
    static func awaitHealth(
        _ process: LaunchedProcess, port: Int, path: String, since begun: ContinuousClock.Instant
    ) throws -> Duration {
        let request = ByteBuffer.get(path)
        while ContinuousClock.now - begun < .seconds(20), process.isRunning {
            // No answer means: not yet.
            if let answer = try? BlockingClient.exchange(request, port: port), answer.status == 200 {
                return ContinuousClock.now - begun
            }
            usleep(200)
        }
        let said = process.lastLines
        process.stop()
        throw BenchmarkError("a server did not become healthy; it said:\n\(said)")
    }

    /// JSON is YAML.
    private static func configuration(
        port: Int, folder: URL, storage: Storage, authPort: Int?, creditsPort: Int?
    ) -> String {
        let path = { (name: String) in folder.appendingPathComponent(name).path }
        let storage =
            switch storage {
            case .sqlite:
                #"{ "engine": "sqlite", "sqlite": { "path": "\#(path("mana-sync.db"))", "synchronous": "full" } }"#
            case .postgres(let url, let connections):
                #"{ "engine": "postgres", "postgres": { "url": "\#(url)", "maxConnections": \#(connections) } }"#
            }
        let billing = creditsPort.map { #"{ "enabled": true, "creditsURL": "http://127.0.0.1:\#($0)" }"# }
        let spaces = authPort.map {
            #""spaces": { "enabled": true, "authURL": "http://127.0.0.1:\#($0)", "serviceKey": "bench-service-key-of-no-worth" },"#
        }
        return """
            {
              "server": { "host": "127.0.0.1", "port": \(port), "pidFile": "\(path("mana-sync.pid"))" },
              "storage": \(storage),
              "kernel": { "unfulfilled": ["metered"] },
              "plugins": {
                "sync": {
                  "enabled": true, "maxSocketsPerUser": 20000, "maxStreamsPerUser": 20000, "maxUnauthenticated": 20000
                },
                \(spaces ?? "")
                "metrics": { "enabled": true },
                "billing": \(billing ?? #"{ "enabled": false }"#),
                "backup": { "enabled": true, "stagingDirectory": "\(path("staging"))" },
                "devIssuer": { "enabled": true, "keyFile": "\(path("dev-issuer.key"))" }
              }
            }

            """
    }

    private struct IssuedToken: Decodable {
        let token: String
    }
}
