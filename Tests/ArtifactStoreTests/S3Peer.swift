import ArtifactStore
import Dispatch
import Foundation
import JSONScanner
import Kernel
import Synchronization

/// A server of S3 that nobody here wrote (moto), and a client of it that nobody here wrote (boto3), in a process beside the tests.
///
/// Needs Python with both: `Scripts/test` makes a virtual environment of them and names its interpreter in `MANA_SYNC_PYTHON`.
final class S3Peer: Sendable {
    /// The one of this process: it ends when its standard input does.
    static func shared() async throws -> S3Peer { try await start.value }
    private static let start = Task { try await waiting { try S3Peer() } }

    /// Runs what blocks where no test of another suite waits for the thread.
    private static func waiting<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result(catching: body)) }
        }
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private struct Pipes: @unchecked Sendable {
        // Reached under the lock only.
        let process = Process()
        let questions = Pipe()
        let answers = Pipe()
        var rest = Data()

        mutating func line() throws -> String {
            while true {
                if let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                    defer { rest = Data(rest[(end + 1)...]) }
                    return String(decoding: rest[..<end], as: UTF8.self)
                }
                let more = answers.fileHandleForReading.availableData
                guard !more.isEmpty else {
                    throw Failure(
                        description:
                            "moto and boto3 did not answer: pip install 'moto[s3,server]' boto3, or run Scripts/test")
                }
                rest += more
            }
        }
    }

    private let pipes: Mutex<Pipes>
    let port: Int

    private init() throws {
        var pipes = Pipes()
        let script = Bundle.module.bundleURL.appending(path: "Fixtures/s3-peer.py")
        let python = ProcessInfo.processInfo.environment["MANA_SYNC_PYTHON"] ?? "python3"
        pipes.process.executableURL = URL(filePath: "/usr/bin/env")
        pipes.process.arguments = [python, script.path]
        pipes.process.standardInput = pipes.questions
        pipes.process.standardOutput = pipes.answers
        pipes.process.standardError = FileHandle.nullDevice
        try pipes.process.run()
        guard let port = try JSONValue(parsing: Array(pipes.line().utf8))["port"]?.integer else {
            throw Failure(description: "the S3 server did not start")
        }
        self.port = port
        self.pipes = Mutex(pipes)
    }

    /// Asks boto3, by a line of JSON.
    func ask(_ question: String) async throws -> JSONValue {
        try await Self.waiting { [self] in
            try pipes.withLock { pipes in
                try pipes.questions.fileHandleForWriting.write(contentsOf: Data("\(question)\n".utf8))
                return try JSONValue(parsing: Array(pipes.line().utf8))
            }
        }
    }

    /// The keys that boto3 finds, or of which it finds multipart uploads under way.
    func keys(_ what: String = "keys", under prefix: String) async throws -> [String] {
        try await ask(#"{"do":"\#(what)","prefix":"\#(prefix)"}"#)["keys"]?.elements?.compactMap(\.string) ?? []
    }

    /// Settings of a store with a prefix of its own.
    func settings(prefix: String) -> S3Settings {
        var settings = S3Settings(
            endpoint: "http://127.0.0.1:\(port)", region: "eu-central-1", bucket: "backups", prefix: prefix,
            credentials: S3Credentials(
                accessKeyID: "AKIDEXAMPLE", secretAccessKey: Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")))
        settings.partSize = 5 << 20
        return settings
    }
}
