import HTTPTypes
import HummingbirdCore
import Kernel
import Synchronization

/// Who an operator is: fulfils `operator` by an API key, or by a token whose role is one of the operators' (spec: backup.md, "Backup runs").
///
/// Keys are compared as digests, in constant time and all of them, whichever is right (spec: security.md, "Service and API keys").
final class OperatorAccess: Sendable {
    private struct Key: Sendable {
        let name: String
        let digest: SHA256Digest
    }

    /// The routes that take a key and no token.
    static let keyOnlyRoute = "/api/backup"
    /// The fewest bytes of a key where others than this machine reach the server.
    static let shortestKey = 16

    private let configured: [APIKeyConfig]
    private let roles: Set<String>
    private let isOnLoopback: Bool
    private let verifier: TokenVerifier
    private let time: any TimeSource
    private let keys = Mutex<[Key]>([])

    init(config: BackupConfig, host: String, verifier: TokenVerifier, time: any TimeSource) throws(PlanRefusal) {
        configured = config.apiKeys
        roles = Set(config.operatorRoles)
        isOnLoopback = LoopbackHost.contains(host)
        self.verifier = verifier
        self.time = time
        for (index, key) in configured.enumerated() {
            guard let text = key.key, let fault = fault(of: text) else { continue }
            throw PlanRefusal(
                "plugins.backup.apiKeys[\(index)] \(fault)",
                remedy: "Set it to a long random key (openssl rand -hex 32).")
        }
    }

    /// Reads the files of keys.
    func load() throws {
        let loaded = try configured.map { config in
            let name = "The API key '\(config.name)'"
            let key = try SecretSource.load(config.key, file: config.keyFile, called: name)
            if let fault = fault(of: key) { throw BackupError(.misconfigured, "\(name) \(fault).") }
            return Key(name: config.name, digest: try SHA256Digest.of(Array(key.reveal.utf8)))
        }
        keys.withLock { $0 = loaded }
    }

    /// Who asks.
    ///
    /// - Throws: 403 on the route that takes keys only where there is none; 401 without a right key or a good token, which says what is taken; 403 for a user of another role.
    func admit(_ request: Request, _ context: RequestContext) async throws -> Principal {
        let isKeyOnly = context.route?.template == Self.keyOnlyRoute
        if isKeyOnly, configured.isEmpty { throw Problem.noKeys }
        let shown = request.headers[values: .apiKey]
        if let key = shown.first {
            guard shown.count == 1, let name = try name(of: key) else { throw Problem.wrongKey }
            return Principal(userID: "key:\(name)", expiresAt: UnixTime(microseconds: .max))
        }
        guard !isKeyOnly else { throw Problem.wrongKey }
        let authorization = request.headers[values: .authorization]
        guard !authorization.isEmpty else { throw Problem.noCredentials }
        let token = try BearerToken(authorization: authorization)
        let principal = try await verifier.verify(token)
        guard let role = principal.role, roles.contains(role) else { throw Problem.noOperator }
        return principal
    }

    private func name(of key: String) throws(CryptoError) -> String? {
        let digest = try SHA256Digest.of(Array(key.utf8))
        var found: String?
        for key in keys.withLock({ $0 }) where key.digest.equalsInConstantTime(digest) { found = key.name }
        return found
    }

    /// What is wrong with a key; nil if nothing is.
    private func fault(of key: Secret) -> String? {
        guard !key.reveal.isEmpty, key.reveal.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return "must be of visible ASCII characters, without spaces"
        }
        guard !isOnLoopback else { return nil }
        if key.reveal == "dev-service-key" { return "is a key that everybody knows" }
        return key.reveal.utf8.count < Self.shortestKey ? "has fewer than \(Self.shortestKey) bytes" : nil
    }
}

extension HTTPField.Name {
    fileprivate static let apiKey = HTTPField.Name.known("X-API-Key")
}

extension Problem {
    fileprivate static let noKeys = Problem.forbidden(
        code: "no_api_keys", detail: "The server has no API keys (plugins.backup.apiKeys).")
    fileprivate static let wrongKey = Problem(
        status: 401, code: "invalid_api_key", detail: "The header X-API-Key has to carry an API key of the server.",
        headers: [.wwwAuthenticate: keyChallenge])
    fileprivate static let noCredentials = Problem(
        status: 401, code: "missing_token",
        detail: """
            The route is for operators: it needs an API key of the server in the header X-API-Key, or the token of an operator in the form \
            'Authorization: Bearer TOKEN'.
            """, headers: [.wwwAuthenticate: "Bearer, \(keyChallenge)"])
    /// No registered scheme says that a key goes into a header of its own; a client's developer reads this one all the same.
    private static let keyChallenge = #"ApiKey header="X-API-Key""#
    fileprivate static let noOperator = Problem.forbidden(
        code: "not_an_operator", detail: "The token's role is not one of the server's operators.")
}
