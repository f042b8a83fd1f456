public import Kernel

/// The key that the server shows outside services in `X-Service-Key` (spec: security.md, "Service and API keys").
///
/// It is one text of the configuration or the content of a file. The text is checked when the plan is made, the file when the plugin
/// starts, since planning does no I/O.
public struct ServiceCredential: Sendable {
    /// The fewest bytes of a key where others than this machine reach the server.
    public static let shortestKey = 16
    /// Keys that are in everybody's examples.
    static let knownKeys = ["dev-service-key"]

    private enum Source: Sendable {
        case none
        case text(Secret)
        case file(String)
    }

    private let source: Source
    private let isOnLoopback: Bool

    /// A credential as it stands in the section of a plugin.
    ///
    /// - Parameters:
    ///   - section: Where, for messages: `plugins.billing`.
    ///   - host: What the server listens on. On loopback any key will do, or none.
    /// - Throws: ``PlanRefusal`` where key and file are both set, or the key is none to be shown to others.
    public init(key: Secret?, file: String?, section: String, host: String) throws(PlanRefusal) {
        isOnLoopback = LoopbackHost.contains(host)
        switch (key, file) {
        case (.some, .some):
            throw PlanRefusal(
                "\(section) has a serviceKey and a serviceKeyFile", remedy: "Set one of them.")
        case (.some(let key), nil): source = .text(key)
        case (nil, .some(let file)): source = .file(file)
        case (nil, nil): source = .none
        }
        if case .file = source { return }
        guard let fault = fault(of: key) else { return }
        throw PlanRefusal(
            "\(section).serviceKey \(fault)",
            remedy:
                "Set MANA_SERVICE_KEY or \(section).serviceKeyFile to a long random key, which the service has to know too (openssl rand -hex 32)."
        )
    }

    /// The key to show; nil for none. Reads the file.
    ///
    /// - Throws: ``ServiceKeyError`` where the file cannot be read, or holds no key that will do.
    public func load() throws(ServiceKeyError) -> Secret? {
        switch source {
        case .none: return nil
        case .text(let key): return key
        case .file(let path):
            let key = Secret(try SecretFile.text(at: path))
            if let fault = fault(of: key) { throw ServiceKeyError("the key in \(path) \(fault)") }
            return key
        }
    }

    /// What is wrong with a key, without a word of it; nil if nothing is.
    private func fault(of key: Secret?) -> String? {
        guard let key = key?.reveal else {
            return isOnLoopback ? nil : "is not set, and server.host is an address that others can reach"
        }
        // What a header field's value may be without quoting it (RFC 9110 section 5.5), less white space.
        guard !key.isEmpty, key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return "must be of visible ASCII characters, without spaces"
        }
        if isOnLoopback { return nil }
        if Self.knownKeys.contains(key) { return "is a key that everybody knows" }
        return key.utf8.count < Self.shortestKey ? "has fewer than \(Self.shortestKey) bytes" : nil
    }
}

/// Why there is no service key. Its text is safe to log.
public struct ServiceKeyError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
