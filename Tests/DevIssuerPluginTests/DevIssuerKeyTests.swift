import Kernel
import KernelTesting
import Testing

@testable import DevIssuerPlugin

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

@Suite("The key of the development issuer")
struct DevIssuerKeyTests {
    @Test("is made on first use, readable by its owner only, and used again")
    func reuse() async throws {
        try await TemporaryDirectory.with { directory in
            let path = "\(directory)/one/two/key"
            let first = try await Self.keySet(path)
            #expect(try Self.mode(path) == 0o600)
            #expect(try Self.mode("\(directory)/one") == 0o700)
            #expect(try await Self.keySet(path) == first)
            #expect(try await Self.keySet("\(directory)/other") != first)
            #expect(Self.names(in: "\(directory)/one/two") == ["key"])
        }
    }

    @Test("is one however many make it at the same time")
    func race() async throws {
        try await TemporaryDirectory.with { directory in
            let sets = try await withThrowingTaskGroup(of: [UInt8].self) { group in
                for _ in 0..<16 { group.addTask { try await Self.keySet("\(directory)/key") } }
                return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
            }
            #expect(sets.count == 1)
            #expect(Self.names(in: directory) == ["key"])
        }
    }

    @Test("is not replaced where its file holds something else")
    func damaged() async throws {
        try await TemporaryDirectory.with { directory in
            let path = "\(directory)/key"
            let isCreated = try PrivateFile.create(path, text: "no key")
            #expect(isCreated)
            await #expect {
                try await Self.keySet(path)
            } throws: {
                "\($0)" == "\(path) holds no Ed25519 key; delete it to have a new one made"
            }
            #expect(try PrivateFile.contents(of: path) == "no key")
            #expect(try !PrivateFile.create(path, text: "another"))
        }
    }

    @Test("stops the start where its file cannot be made")
    func unwritable() async throws {
        try await TemporaryDirectory.with { directory in
            let blocker = "\(directory)/file"
            let isCreated = try PrivateFile.create(blocker, text: "")
            #expect(isCreated)
            await #expect(throws: DevIssuerError.self) { try await Self.keySet("\(blocker)/key") }
        }
    }

    @Test("is needed for tokens")
    func notLoaded() {
        let issuer = DevIssuer(config: DevIssuerConfig(), time: ManualTime())
        #expect(throws: DevIssuerError.self) { try issuer.token(for: TokenWish(subject: "alice")) }
    }

    private static func keySet(_ path: String) async throws -> [UInt8] {
        var config = DevIssuerConfig()
        config.keyFile = path
        let issuer = DevIssuer(config: config, time: ManualTime())
        try issuer.loadKey()
        return try await issuer.load()
    }

    private static func mode(_ path: String) throws -> UInt32 {
        var status = stat()
        try #require(stat(path, &status) == 0)
        return UInt32(status.st_mode) & 0o777
    }

    private static func names(in directory: String) -> [String] {
        TemporaryDirectory.names(in: directory)
    }
}
