import Testing

@testable import Kernel

@Suite("Fetching a key set over HTTP")
struct RemoteKeySetSourceTests {
    private static let document = keySetDocument([])

    /// What a fetch of `path` from a real server brings.
    private func load(
        _ path: String, timeout: Duration = .seconds(30), inspect: (KeySetServer) -> Void = { _ in }
    ) async throws -> [UInt8] {
        let server = try await KeySetServer(document: Self.document)
        let source = RemoteKeySetSource(url: server.url(path), timeout: timeout)
        let result: Result<[UInt8], any Error>
        do { result = .success(try await source.load()) } catch { result = .failure(error) }
        try await source.shutdown()
        inspect(server)
        try await server.close()
        return try result.get()
    }

    @Test("the document comes as it is")
    func document() async throws {
        #expect(try await load("/keys") == Self.document)
    }

    @Test("a redirect is refused, not followed", arguments: [("/redirect", 302), ("/moved", 308)])
    func redirect(path: String, status: Int) async {
        await #expect(throws: RemoteKeySetError.status(status)) {
            try await load(path) { #expect($0.paths == [path]) }
        }
    }

    @Test("only status 200 will do", arguments: [("/broken", 500), ("/empty", 204)])
    func status(path: String, status: Int) async {
        await #expect(throws: RemoteKeySetError.status(status)) { try await load(path) }
    }

    @Test("256 KiB are read")
    func limit() async throws {
        #expect(try await load("/limit").count == KeySet.maximumByteCount)
    }

    @Test("more is refused as it arrives, announced or not", arguments: ["/large", "/endless"])
    func oversize(path: String) async {
        await #expect(throws: RemoteKeySetError.tooLarge) { try await load(path) }
    }

    @Test("no answer, and one that never ends, run into the time-out", arguments: ["/silent", "/dripping"])
    func timeout(path: String) async {
        await #expect(throws: RemoteKeySetError.timeout) { try await load(path, timeout: .milliseconds(200)) }
    }

    @Test("an answer that is cut off is an error")
    func cut() async {
        await #expect(throws: (any Error).self) { try await load("/cut") }
    }

    @Test("no server, and no address at all, are errors")
    func unreachable() async throws {
        let server = try await KeySetServer(document: [])
        let url = server.url("/keys")
        try await server.close()
        for url in [url, "", "keys", "ftp://127.0.0.1/"] {
            let source = RemoteKeySetSource(url: url, timeout: .milliseconds(500))
            await #expect(throws: (any Error).self) { try await source.load() }
            try await source.shutdown()
        }
    }

    @Test(
        "the name for the log has no secrets",
        arguments: [
            ("http://user:password@auth:3001/jwks?key=secret#x", "http://auth:3001/jwks"),
            ("https://auth.example/api/auth/jwks", "https://auth.example/api/auth/jwks"),
            ("https://a@b@auth.example/x@y", "https://auth.example/x@y"),
        ])
    func name(url: String, name: String) async throws {
        let source = RemoteKeySetSource(url: url)
        #expect(source.name == name)
        try await source.shutdown()
    }
}
