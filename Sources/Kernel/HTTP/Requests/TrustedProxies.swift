import HTTPTypes

/// Whose `X-Forwarded-For` is believed (spec: security.md).
struct TrustedProxies: Sendable {
    private let networks: [IPNetwork]

    /// The addresses and networks of `server.trustedProxies`; what is neither was refused with the configuration.
    init(_ texts: [String]) {
        networks = texts.compactMap(IPNetwork.init)
    }

    /// The address that a request came from: the peer's, or, where the peer is a trusted proxy, the last address of
    /// `X-Forwarded-For` that is not a trusted proxy itself. What stands before that one anybody can have written.
    func client(of fields: HTTPFields, peer: IPAddress) -> IPAddress {
        guard isTrusted(peer), let list = fields[.forwardedFor] else { return peer }
        var client = peer
        for entry in list.split(separator: ",", omittingEmptySubsequences: false).reversed() {
            guard let address = IPAddress(entry.trimmed) else { break }
            client = address
            guard isTrusted(address) else { break }
        }
        return client
    }

    private func isTrusted(_ address: IPAddress) -> Bool {
        networks.contains { $0.contains(address) }
    }
}

extension Substring {
    /// Without spaces and tabs at both ends (OWS of RFC 9110 section 5.6.3).
    var trimmed: Substring {
        var text = self
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
