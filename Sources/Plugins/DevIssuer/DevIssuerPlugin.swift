import HTTPTypes
import HummingbirdCore
import JSONScanner
public import Kernel
import NIOCore

/// Issues tokens to whoever asks, for a laptop or a first look: there is no auth service then (spec: security.md).
///
/// It refuses to boot unless the server listens on loopback only.
public struct DevIssuerPlugin: Plugin {
    public static let manifest = PluginManifest(
        id: "devIssuer", summary: "issues tokens to anyone on this machine; for development only",
        provides: [AnyServiceKey(ServiceKey.localKeySet)])

    private let issuer: DevIssuer

    public init(config: DevIssuerConfig, dependencies: Dependencies) throws {
        guard LoopbackHost.contains(dependencies.server.host) else {
            throw PlanRefusal(
                "plugin 'devIssuer' gives tokens to anyone, and server.host is '\(dependencies.server.host)', which others can reach",
                remedy:
                    "Set server.host to 127.0.0.1, or plugins.devIssuer.enabled to false and auth.jwksURL to your auth service."
            )
        }
        issuer = DevIssuer(config: config, time: dependencies.time)
    }

    public func register(into registry: inout PluginRegistry) {
        registry.provide(.localKeySet, issuer)
        registry.route(
            Route(
                .get, "/dev/jwks", access: .open(because: "public keys, on loopback only"),
                summary: "the key set of the development issuer"
            ) { [issuer] _, _ in
                Response(
                    status: .ok, headers: [.contentType: "application/jwk-set+json"],
                    body: ResponseBody(byteBuffer: ByteBuffer(bytes: try await issuer.load())))
            })
        registry.route(
            Route(
                .post, "/dev/token", access: .open(because: "development tokens, on loopback only"),
                summary: "a token for {\"sub\":\"alice\"}", bodyLimit: 4096
            ) { [issuer] request, context in
                let wish = try TokenWish(json: try await context.collectBody(of: request))
                var buffer = ByteBuffer()
                buffer.writeString("{\"token\":\"\(try issuer.token(for: wish))\"}\n")
                return Response(
                    status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-store"],
                    body: ResponseBody(byteBuffer: buffer))
            })
    }

    public func start() async throws {
        try issuer.loadKey()
    }
}

/// The section `plugins.devIssuer`.
public struct DevIssuerConfig: ConfigSection {
    /// Where the private key is kept, so that tokens outlive a restart; made on first use, readable by its owner only.
    public var keyFile = "data/dev-issuer.key"
    /// How long a token is good.
    public var tokenLifetime: Duration = .seconds(24 * 3600)

    /// The defaults.
    public init() {}

    public func validate(_ check: inout ConfigCheck) {
        check.require(!keyFile.isEmpty, "keyFile", "must not be empty")
        check.require(tokenLifetime >= .seconds(1), "tokenLifetime", "must be at least 1s")
    }
}
