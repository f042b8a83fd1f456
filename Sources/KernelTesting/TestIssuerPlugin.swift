public import HTTPTypes
public import Kernel

/// Keys for tests: with it on, ``PluginHarness/authorization(of:role:)`` makes tokens that the server accepts.
public struct TestIssuerPlugin: Plugin {
    public static let manifest = PluginManifest(
        id: "testIssuer", summary: "keys for tests", provides: [AnyServiceKey(ServiceKey.localKeySet)])

    private let source: TestKeySource

    public init(config: NoConfig, dependencies: Dependencies) throws {
        source = TestKeySource(minter: try TokenMinter(key: Ed25519PrivateKey()))
    }

    public func register(into registry: inout PluginRegistry) {
        registry.provide(.localKeySet, source)
    }
}

/// The key set of ``TestIssuerPlugin``.
struct TestKeySource: KeySetSource {
    let minter: TokenMinter

    var name: String { "the test issuer" }

    func load() async throws -> [UInt8] { minter.keySetDocument }
}

extension PluginHarness {
    /// The `Authorization` header of a user, good for an hour of the harness's clock.
    ///
    /// - Throws: If ``TestIssuerPlugin`` is off.
    public func authorization(of user: String, role: String? = nil) throws -> HTTPFields {
        guard let source = plan.service(.localKeySet) as? TestKeySource else { throw HarnessError.noTestIssuer }
        var contents = TokenMinter.Contents(
            subject: user, issuedAt: time.now, expiresAt: time.now.advanced(by: .seconds(3600)))
        contents.role = role
        return [.authorization: "Bearer \(try source.minter.token(contents))"]
    }
}

/// What a harness was used for without being set up for it.
public enum HarnessError: Error {
    /// Tokens need ``TestIssuerPlugin``.
    case noTestIssuer
    /// There is no place for temporary files.
    case noTemporaryDirectory
}
