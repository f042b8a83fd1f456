import ArtifactStore
import Kernel
import NIOCore
import Testing

@Suite("Every store of artifacts", .timeLimit(.minutes(2)))
struct StoreContractTests {
    @Test(
        "gives back what was put, and says how large it is", arguments: StoreCase.allCases, [0, 1, 300_000, 11_000_000])
    func roundTrip(_ kind: StoreCase, size: Int) async throws {
        try await kind.with { store in
            let stored = try await store.put(key("a.mana"), pattern: size)
            #expect(stored.size == UInt64(size))
            #expect(try await store.describe(stored.uri).size == UInt64(size))
            let read = try await store.bytes(stored.uri)
            #expect(read == ByteBuffer(bytes: pattern(0..<size)))
        }
    }

    @Test(
        "reads ranges", arguments: StoreCase.allCases,
        [0..<1, 5..<5, 7..<600_001, 699_999..<700_000] as [Range<UInt64>])
    func ranges(_ kind: StoreCase, range: Range<UInt64>) async throws {
        try await kind.with { store in
            let stored = try await store.put(key("a"), pattern: 700_000)
            let read = try await store.bytes(stored.uri, range: range)
            #expect(read == ByteBuffer(bytes: pattern(Int(range.lowerBound)..<Int(range.upperBound))))
        }
    }

    @Test("overwrites what has the key", arguments: StoreCase.allCases)
    func overwriting(_ kind: StoreCase) async throws {
        try await kind.with { store in
            try await store.put(key("a"), "first, and longer")
            let second = try await store.put(key("a"), "second")
            #expect(String(buffer: try await store.bytes(second.uri)) == "second")
            #expect(try await store.list().map(\.size) == [6])
        }
    }

    @Test(
        "keeps nothing of an attempt that fails, and what was there before", arguments: StoreCase.allCases,
        [10, 11_000_000])
    func failedPut(_ kind: StoreCase, size: Int) async throws {
        try await kind.with { store in
            let before = try await store.put(key("a"), "before")
            await #expect(throws: Broken.self) {
                _ = try await store.put(key("a")) { sink in
                    try await sink.write(ByteBuffer(bytes: pattern(0..<size)))
                    throw Broken()
                }
            }
            #expect(String(buffer: try await store.bytes(before.uri)) == "before")
            #expect(try await store.list().count == 1)
            #expect(try await store.removeAbandoned(before: UnixTime(seconds: 4_000_000_000)) == 0)
        }
    }

    @Test("a delete is repeatable, and then there is nothing", arguments: StoreCase.allCases)
    func deleting(_ kind: StoreCase) async throws {
        try await kind.with { store in
            let stored = try await store.put(key("a"), "x")
            try await store.delete(stored.uri)
            try await store.delete(stored.uri)
            await fails(.notFound) { _ = try await store.describe(stored.uri) }
            await fails(.notFound) { _ = try await store.bytes(stored.uri) }
            #expect(try await store.list().isEmpty)
        }
    }

    @Test("lists what is there by key, each with its URI", arguments: StoreCase.allCases)
    func listing(_ kind: StoreCase) async throws {
        try await kind.with { store in
            for name in ["b", "a.mana", "Z_9"] { try await store.put(key(name), name) }
            let listed = try await store.list()
            #expect(listed.map(\.key.description) == ["Z_9", "a.mana", "b"])
            for artifact in listed { #expect(try await store.describe(artifact.uri).size == artifact.size) }
        }
    }

    @Test(
        "refuses URIs that name nothing of its own", arguments: StoreCase.allCases,
        [
            "", "a", "file:///etc/passwd", "file://host/etc/passwd", "file:a", "s3://other/a", "s3://backups/a",
            "s3://backups/../a", "http://127.0.0.1/a", "FILE:///a", "file:///%2e%2e/a", "s3://backups/a?b", "\u{0}",
        ])
    func foreignURIs(_ kind: StoreCase, uri: String) async throws {
        try await kind.with { store in
            let uri = ArtifactURI(uri)
            await fails(.foreignURI) { _ = try await store.describe(uri) }
            await fails(.foreignURI) { _ = try await store.bytes(uri) }
            await fails(.foreignURI) { try await store.delete(uri) }
        }
    }

    @Test(
        "refuses what only looks like one of its URIs", arguments: StoreCase.allCases,
        ["/../a", "//a", "/./a", "/", "/a/b", "/a%2Fb", "/a?x", "/a#x", "/..", "/.", "/a%00"])
    func almostURIs(_ kind: StoreCase, end: String) async throws {
        try await kind.with { store in
            let good = store.uri(of: try key("a")).description
            let uri = ArtifactURI(good.dropLast(2) + end)
            await fails(.foreignURI) { _ = try await store.describe(uri) }
        }
    }

    @Test("a reader that gives up ends the reading", arguments: StoreCase.allCases)
    func givingUp(_ kind: StoreCase) async throws {
        try await kind.with { store in
            let stored = try await store.put(key("a"), pattern: 3_000_000)
            await #expect(throws: Broken.self) { try await store.get(stored.uri, range: nil) { _ in throw Broken() } }
            #expect(try await store.bytes(stored.uri).readableBytes == 3_000_000)
        }
    }

    @Test("a store that is closed refuses", arguments: StoreCase.allCases)
    func closed(_ kind: StoreCase) async throws {
        let closed: any ArtifactStore =
            switch kind {
            case .localDisk: LocalArtifactStore(directory: "/nowhere")
            case .s3: try S3ArtifactStore(try await S3Peer.shared().settings(prefix: ""))
            }
        await fails(.unavailable) { _ = try await closed.list() }
    }

    @Test(
        "a key is 1 to 128 of letters, digits, dot, underscore and hyphen",
        arguments: [
            ("a", true), (".a", true), ("A-Z_0.9", true), ("", false), (".", false), ("..", false), ("a..b", false),
            ("a/b", false), ("a b", false), ("ä", false), ("a~b", false), (String(repeating: "k", count: 128), true),
            (String(repeating: "k", count: 129), false),
        ])
    func keys(text: String, isKey: Bool) {
        #expect((ArtifactKey(text) != nil) == isKey)
    }
}
