import NIOCore

/// The section `server`: the socket, its limits and time-outs (spec: operations.md, "Keys of the config file").
public struct ServerConfig: ConfigSection {
    /// The address or name to listen on.
    public var host = "127.0.0.1"
    /// The TCP port to listen on; 0 lets the system choose one.
    public var port = 3050
    /// The largest body of a request; a larger one is answered 413.
    public var maxBody = ByteSize.mebibytes(10)
    /// The most memory that the bodies of all requests under way may have together; more are answered 503.
    public var maxBodyMemory = ByteSize.mebibytes(256)
    /// The most memory that answers which their clients have not taken may have together; beyond it the clients that take the least
    /// for what they have are cut off.
    public var maxAnswerMemory = ByteSize.mebibytes(256)
    /// The most bytes that the request line and all header fields of a request may have together.
    public var maxHeader = ByteSize.kibibytes(16)
    /// The most header fields that a request may have.
    public var maxHeaderFields = 100
    /// How long a client may take to send a request's head.
    public var headerTimeout: Duration = .seconds(10)
    /// The bytes per second below which a body is too slow; 0 for no such limit.
    public var bodyMinRate = ByteSize.kibibytes(1)
    /// How long a connection may stay open without a request.
    public var idleTimeout: Duration = .seconds(120)
    /// How long a client may take no bytes of its response.
    public var writeTimeout: Duration = .seconds(60)
    /// The bytes per second below which a client takes its response too slowly, over the length of `writeTimeout`; 0 for no such limit.
    public var answerMinRate = ByteSize.kibibytes(1)
    /// How long requests that run at shutdown may go on.
    public var shutdownGrace: Duration = .seconds(10)
    /// The most connections at a time.
    public var maxConnections = 20_000
    /// The most connections at a time from one address; 0, the default, for no such limit, since behind a reverse proxy all of them
    /// come from one.
    public var maxConnectionsPerAddress = 0
    /// The addresses and networks (`10.0.0.0/8`) whose `X-Forwarded-For` is believed.
    public var trustedProxies: [String] = []
    /// The file that holds the process id while the server runs; `mana-sync reload` finds the server by it.
    public var pidFile = "data/mana-sync.pid"
    /// Which web pages of other origins may use the server.
    public var cors = CORS()

    /// The section `server.cors` (spec: security.md).
    public struct CORS: Codable, Sendable, Hashable {
        /// The exact origins, `https://app.example.org`.
        public var origins = ["http://localhost:5173", "http://localhost:5188"]

        /// The defaults.
        public init() {}
    }

    /// The defaults.
    public init() {}

    /// PORT, HOST and CORS_ORIGINS.
    public static var environment: [EnvironmentBinding] {
        [
            EnvironmentBinding("PORT", "server.port"),
            EnvironmentBinding("HOST", "server.host"),
            EnvironmentBinding("CORS_ORIGINS", "server.cors.origins"),
        ]
    }

    /// Demands values that a server can run with.
    public func validate(_ check: inout ConfigCheck) {
        check.require(!host.isEmpty, "host", "must not be empty")
        check.require((0...65_535).contains(port), "port", "must be from 0 to 65535")
        check.require(!pidFile.isEmpty, "pidFile", "must not be empty")
        validateLimits(&check)
        for (index, proxy) in trustedProxies.enumerated() {
            let isNetwork = ServerConfig.isNetwork(proxy)
            check.require(isNetwork, "trustedProxies[\(index)]", "must be an address or a network such as 10.0.0.0/8")
        }
        for (index, origin) in cors.origins.enumerated() {
            let message = "must be an exact origin such as https://app.example.org, without a path"
            check.require(ServerConfig.isOrigin(origin), "cors.origins[\(index)]", message)
            if let usual = ServerConfig.withoutDefaultPort(origin) {
                let advice = "must not name its scheme's own port, which browsers leave out: write \(usual)"
                check.require(false, "cors.origins[\(index)]", advice)
            }
        }
    }

    private func validateLimits(_ check: inout ConfigCheck) {
        let bodies = ByteSize.kibibytes(1)...ByteSize.gibibytes(1)
        check.require(maxBodyMemory >= maxBody, "maxBodyMemory", "must be at least maxBody")
        let answers = max(maxBody, ByteSize.mebibytes(16))
        check.require(maxAnswerMemory >= answers, "maxAnswerMemory", "must be at least 16MiB, and at least maxBody")
        check.require(bodies.contains(maxBody), "maxBody", "must be from 1KiB to 1GiB")
        let heads = ByteSize.kibibytes(1)...ByteSize.mebibytes(1)
        check.require(heads.contains(maxHeader), "maxHeader", "must be from 1KiB to 1MiB")
        check.require((1...10_000).contains(maxHeaderFields), "maxHeaderFields", "must be from 1 to 10000")
        check.require((1...10_000_000).contains(maxConnections), "maxConnections", "must be from 1 to 10000000")
        check.require(maxConnectionsPerAddress >= 0, "maxConnectionsPerAddress", "must be 0, for no limit, or more")
        check.require(headerTimeout > .zero, "headerTimeout", "must be longer than 0s")
        check.require(idleTimeout > .zero, "idleTimeout", "must be longer than 0s")
        check.require(writeTimeout > .zero, "writeTimeout", "must be longer than 0s")
    }

    /// An IP address with or without the length of a prefix.
    private static func isNetwork(_ text: String) -> Bool {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let address: SocketAddress
        do {
            address = try SocketAddress(ipAddress: String(parts[0]), port: 0)
        } catch {
            return false
        }
        guard parts.count == 2 else { return true }
        return Int(decimalDigits: parts[1]).map { $0 <= (address.protocol == .inet6 ? 128 : 32) } ?? false
    }

    /// A scheme and an authority as a browser writes them (RFC 6454, section 6.2).
    private static func isOrigin(_ text: String) -> Bool {
        guard let separator = text.firstRange(of: "://") else { return false }
        let scheme = text[..<separator.lowerBound]
        let authority = text[separator.upperBound...]
        let isScheme = scheme.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789+-.".utf8.contains($0) }
        let isAuthority = authority.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"/?#@*,\\".utf8.contains($0) }
        return !scheme.isEmpty && isScheme && !authority.isEmpty && isAuthority && authority == authority.lowercased()
    }

    /// The origin as browsers write it, where `text` names the port that they leave out (RFC 6454, section 6.2); else nil.
    private static func withoutDefaultPort(_ text: String) -> String? {
        for (scheme, port) in [("http://", ":80"), ("https://", ":443")]
        where text.hasPrefix(scheme) && text.hasSuffix(port) {
            return String(text.dropLast(port.count))
        }
        return nil
    }
}
