import ArtifactStore
import Crypto
import Foundation
import JSONScanner
import Kernel
import KernelTesting
import NIOCore
import Testing

@Suite("The S3 store", .timeLimit(.minutes(2)))
struct S3Tests {
    private func settings() async throws -> S3Settings {
        try await S3Peer.shared().settings(prefix: "s\(UInt64.random(in: 0 ... .max))/")
    }

    private func with(_ settings: S3Settings, _ use: (any ArtifactStore) async throws -> Void) async throws {
        let store = try S3ArtifactStore(settings)
        try await store.open()
        do { try await use(store) } catch {
            await store.close()
            throw error
        }
        await store.close()
    }

    @Test(
        "boto3 reads what it wrote, in one request or in parts", arguments: [0, 17, 5 << 20, (5 << 20) + 1, 12_000_000])
    func readByOthers(size: Int) async throws {
        let settings = try await settings()
        try await with(settings) { store in
            try await store.put(key("a.mana"), pattern: size, piece: 1 << 20)
            let read = try await S3Peer.shared().ask(#"{"do":"read","key":"\#(settings.prefix)a.mana"}"#)
            #expect(read["size"]?.integer == size)
            let digest = SHA256.hash(data: pattern(0..<size)).map { String(format: "%02x", $0) }.joined()
            #expect(read["sha256"]?.string == digest)
            // The tag of an upload in parts ends with their number.
            #expect(read["etag"]?.string?.contains("-3") == (size == 12_000_000))
        }
    }

    @Test("reads what boto3 wrote")
    func readOthers() async throws {
        let settings = try await settings()
        _ = try await S3Peer.shared().ask(#"{"do":"write","key":"\#(settings.prefix)b","size":100000}"#)
        try await with(settings) { store in
            let read = try await store.bytes(store.uri(of: key("b")))
            #expect(read == ByteBuffer(bytes: pattern(0..<100_000)))
        }
    }

    @Test("aborts an upload in parts that fails, also where its task was cancelled", arguments: [false, true])
    func abort(isCancelled: Bool) async throws {
        let settings = try await settings()
        try await with(settings) { store in
            let task = Task {
                try await store.put(key("a")) { sink in
                    try await sink.write(ByteBuffer(bytes: pattern(0..<12_000_000)))
                    let underWay = try await S3Peer.shared().keys("uploads", under: settings.prefix)
                    #expect(underWay.count == 1)
                    if isCancelled { withUnsafeCurrentTask { $0?.cancel() } }
                    throw Broken()
                }
            }
            await #expect(throws: Broken.self) { try await task.value }
            let peer = try await S3Peer.shared()
            #expect(try await peer.keys("uploads", under: settings.prefix).isEmpty)
            #expect(try await peer.keys(under: settings.prefix).isEmpty)
        }
    }

    @Test("sweeps uploads that a crash left, and no other's")
    func sweep() async throws {
        let (settings, other) = (try await settings(), try await settings())
        let peer = try await S3Peer.shared()
        for prefix in [settings.prefix, other.prefix] { _ = try await peer.ask(#"{"do":"begin","key":"\#(prefix)a"}"#) }
        try await with(settings) { store in
            let early = try await store.removeAbandoned(before: UnixTime(seconds: 1))
            let late = try await store.removeAbandoned(before: UnixTime(seconds: 4_000_000_000))
            #expect((early, late) == (0, 1))
        }
        #expect(try await peer.keys("uploads", under: settings.prefix).isEmpty)
        #expect(try await peer.keys("uploads", under: other.prefix).count == 1)
    }

    @Test("a bucket that does not exist is a fault of the settings")
    func noBucket() async throws {
        var settings = try await settings()
        settings.bucket = "nobody"
        try await with(settings) { store in
            await fails(.misconfigured) { try await store.put(key("a"), "x") }
        }
    }

    @Test("a service that cannot be reached is unavailable, after all attempts")
    func down() async throws {
        try await StandInService.with(.hangUp) { service in
            var settings = try await settings()
            settings.endpoint = service.url
            settings.attempts = 2
            try await with(settings) { store in
                await fails(.unavailable) { try await store.put(key("a"), "x") }
                #expect(service.requests.count == 2)
            }
        }
    }

    @Test("what cannot be done names the service and the bucket, and never who signs", arguments: [nil, 403, 500])
    func place(status: Int?) async throws {
        try await StandInService.with(status.map { .status($0, body: "") } ?? .hangUp) { service in
            var settings = try await settings()
            settings.endpoint = service.url
            settings.attempts = 1
            settings.credentials = S3Credentials(accessKeyID: "AKIASIGNER", secretAccessKey: Secret("unspeakable"))
            try await with(settings) { store in
                let error = await #expect(throws: ArtifactError.self) { try await store.put(key("a"), "x") }
                let told = "\(error?.message ?? "") \(error?.cause ?? "")"
                #expect(told.contains("bucket \(settings.bucket) at \(service.url)"), "\(told)")
                #expect(!told.contains("AKIASIGNER") && !told.contains("unspeakable"))
            }
        }
    }

    @Test(
        "a fault of the service's own is tried again; a refusal is not",
        arguments: [(503, 3), (500, 3), (403, 1), (400, 1)])
    func retries(status: Int, expected: Int) async throws {
        try await StandInService.with(.status(status, body: "<Error><Code>Whatever</Code></Error>")) { service in
            var settings = try await settings()
            settings.endpoint = service.url
            settings.attempts = 3
            try await with(settings) { store in
                let found = await code { try await store.delete(store.uri(of: key("a"))) }
                #expect(found == (status >= 500 ? .unavailable : status == 403 ? .denied : .misconfigured))
                #expect(service.requests.count == expected)
            }
        }
    }

    @Test("an artifact that ends before its length is damaged, not short")
    func truncated() async throws {
        try await StandInService.with(.truncated("only so much")) { service in
            var settings = try await settings()
            settings.endpoint = service.url
            try await with(settings) { store in
                let found = await code { _ = try await store.bytes(store.uri(of: key("a")), range: 0..<5000) }
                #expect(found == .unavailable || found == .damaged)
            }
        }
    }

    @Test(
        "settings that make no requests are refused",
        arguments: [
            ("ftp://x", "backups", ""), ("http://", "backups", ""), ("http://x/path", "backups", ""),
            ("http://u@x", "backups", ""), ("http://x", "Upper", ""), ("http://x", "a", ""),
            ("http://x", "backups", "a"),
            ("http://x", "backups", "/"), ("http://x", "backups", "../"), ("http://x", "backups", "a b/"),
        ])
    func settings(endpoint: String, bucket: String, prefix: String) {
        let settings = S3Settings(
            endpoint: endpoint, region: "r", bucket: bucket, prefix: prefix,
            credentials: S3Credentials(accessKeyID: "a", secretAccessKey: Secret("b")))
        #expect(settings.fault != nil)
    }
}
