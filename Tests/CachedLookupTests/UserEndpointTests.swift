import CachedLookup
import Foundation
import Kernel
import KernelTesting
import Testing

@Suite("A request for a user")
struct UserEndpointTests {
    @Test(
        "has the user's id in its path as one segment",
        arguments: [
            ("alice", "alice"), ("a.b_c-d~e", "a.b_c-d~e"), ("auth0|5f", "auth0%7C5f"), ("a@b:c", "a%40b%3Ac"),
            ("../admin", "..%2Fadmin"), ("a?b#c d", "a%3Fb%23c%20d"), ("50%", "50%25"), ("ä\r\n", "%C3%A4%0D%0A"),
            ("...", "..."),
        ])
    func path(user: String, segment: String) async throws {
        try await LookupFixture.with { fixture in
            #expect(await fixture.lookup.lookup(user).isFresh)
            #expect(fixture.service.requests.map(\.path) == ["/users/\(segment)/x"])
            #expect(fixture.service.requests.map(\.method) == ["GET"])
        }
    }

    @Test("is not made for an id that URLs are normalised by", arguments: ["", ".", ".."])
    func dots(user: String) async throws {
        try await LookupFixture.with { fixture in
            #expect(await fixture.lookup.lookup(user).failure == .invalidUser)
            #expect(fixture.service.requests.isEmpty)
            #expect(fixture.lookup.downSince == nil)
        }
    }

    @Test("shows the key, if there is one, to the service alone", arguments: [nil, "0123456789abcdef"])
    func key(key: String?) async throws {
        try await LookupFixture.with(.status(500), key: key.map { Secret($0) }) { fixture in
            let result = await fixture.lookup.lookup("alice")
            #expect(fixture.service.requests.map { $0.headers["x-service-key"] } == [key])
            guard let key else { return }
            #expect(!"\(result) \(String(reflecting: result))".contains(key))
            #expect(!fixture.log.lines.contains { "\($0)".contains(key) })
        }
    }

    @Test("is sent once more when the service closed the connection that was kept for it")
    func keptConnection() async throws {
        try await LookupFixture.with { fixture in
            _ = await fixture.lookup.lookup("alice")
            fixture.service.answer(inTurn: [.hangUp, .json("two")])
            #expect(await fixture.lookup.lookup("bob").answer == "two")
            #expect(fixture.users == ["alice", "bob", "bob"])
        }
    }

    @Test("is not made before the endpoint is open, nor after it is closed")
    func closed() async throws {
        try await StandInService.with(.json("one")) { service in
            let address = try #require(ServiceAddress(service.url + "/"))
            let endpoint = UserEndpoint(address: address, path: "/{userId}", time: ManualTime())
            await #expect(throws: LookupFailure.self) { try await endpoint.answer(about: "alice") }
            endpoint.open(showing: nil)
            #expect(try await endpoint.answer(about: "alice") == Array("one".utf8))
            try await endpoint.close()
            await #expect(throws: LookupFailure.self) { try await endpoint.answer(about: "alice") }
            #expect(service.requests.map(\.path) == ["/alice"])
        }
    }

    @Test(
        "goes to an http or https address",
        arguments: [
            ("http://localhost:3061", "http://localhost:3061"), ("https://a.example/base//", "https://a.example/base"),
            ("http://[::1]:1/", "http://[::1]:1"), ("", nil), ("localhost:3061", nil), ("ftp://a", nil),
            ("http://", nil), ("http:///a", nil), ("http://:80", nil), ("http://a b", nil), ("http://u:p@a", nil),
            ("http://a?b", nil), ("http://a#b", nil), ("http://ä", nil), ("http://a\r\nX: y", nil),
        ])
    func address(text: String, address: String?) {
        #expect(ServiceAddress(text)?.description == address)
    }
}

@Suite("A service key")
struct ServiceCredentialTests {
    static let good = "0123456789abcdef"

    @Test(
        "is refused where others can reach the server, if they may know or guess it",
        arguments: [nil, "", "dev-service-key", "0123456789abcde", "with a space in it", "with\na newline in it"])
    func refused(key: String?) throws {
        let refusal = #expect(throws: PlanRefusal.self) {
            try ServiceCredential(key: key.map { Secret($0) }, file: nil, section: "plugins.x", host: "0.0.0.0")
        }
        #expect(refusal?.message.hasPrefix("plugins.x.serviceKey ") == true)
        if let key, !key.isEmpty { #expect(refusal?.description.contains(key) == false) }
    }

    @Test("is any on loopback, or none", arguments: [nil, "dev-service-key", "x"])
    func loopback(key: String?) throws {
        let credential = try ServiceCredential(
            key: key.map { Secret($0) }, file: nil, section: "plugins.x", host: "127.0.0.1")
        #expect(try credential.load()?.reveal == key)
    }

    @Test("that could not stand in a header is refused on loopback too", arguments: ["", "a b", "a\r\nX: y", "ä"])
    func header(key: String) {
        #expect(throws: PlanRefusal.self) {
            try ServiceCredential(key: Secret(key), file: nil, section: "plugins.x", host: "127.0.0.1")
        }
    }

    @Test("and a file with one are not both set")
    func both() {
        #expect(throws: PlanRefusal.self) {
            try ServiceCredential(key: Secret(Self.good), file: "f", section: "plugins.x", host: "127.0.0.1")
        }
    }

    @Test("comes from a file, without the white space at its end")
    func file() async throws {
        try await Self.with("\(Self.good) \r\n\n") { path in
            let credential = try ServiceCredential(key: nil, file: path, section: "plugins.x", host: "0.0.0.0")
            #expect(try credential.load()?.reveal == Self.good)
        }
    }

    @Test(
        "from a file is as good as one in the configuration",
        arguments: ["", "\n", "dev-service-key\n", "two lines\nof a long key", String(repeating: "k", count: 4097)])
    func weakFile(text: String) async throws {
        try await Self.with(text) { path in
            let credential = try ServiceCredential(key: nil, file: path, section: "plugins.x", host: "0.0.0.0")
            let error = #expect(throws: ServiceKeyError.self) { try credential.load() }
            #expect(error?.description.contains(path) == true)
        }
    }

    @Test("in a file that is not there is an error that names it", arguments: ["/nowhere/key", "/", "a\0b"])
    func noFile(path: String) throws {
        let credential = try ServiceCredential(key: nil, file: path, section: "plugins.x", host: "127.0.0.1")
        #expect(throws: ServiceKeyError.self) { try credential.load() }
    }

    static func with(_ text: String, _ body: (String) throws -> Void) async throws {
        try await TemporaryDirectory.with { directory in
            let path = "\(directory)/key"
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            try body(path)
        }
    }
}
