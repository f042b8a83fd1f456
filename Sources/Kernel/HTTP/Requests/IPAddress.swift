import NIOCore

/// An IP address as its bytes in network order. An IPv4 address inside IPv6 (`::ffff:10.0.0.1`) is the IPv4 address.
struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// 4 or 16 bytes.
    let bytes: [UInt8]

    /// 127.0.0.1.
    static let loopback = IPAddress(bytes: [127, 0, 0, 1])

    private init(bytes: [UInt8]) {
        let isMapped =
            bytes.count == 16 && bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        self.bytes = isMapped ? Array(bytes[12...]) : bytes
    }

    /// The address of a socket; nil for one that is not of IP.
    init?(_ socketAddress: SocketAddress?) {
        switch socketAddress {
        case .v4(let address):
            // sockaddr_in: family and port, then the address.
            self.init(bytes: withUnsafeBytes(of: address.address) { Array($0[4..<8]) })
        case .v6(let address):
            // sockaddr_in6: family, port and flow information, then the address.
            self.init(bytes: withUnsafeBytes(of: address.address) { Array($0[8..<24]) })
        default: return nil
        }
    }

    /// Reads `10.0.0.1`, `2001:db8::1`, and, as proxies write them, `10.0.0.1:80` and `[2001:db8::1]:80`.
    init?(_ text: some StringProtocol) {
        var host = text[...]
        if host.first == "[" {
            guard let end = host.firstIndex(of: "]") else { return nil }
            host = host[..<end].dropFirst()
        } else if let colon = host.firstIndex(of: ":"), host.lastIndex(of: ":") == colon {
            host = host[..<colon]
        }
        let address = try? SocketAddress(ipAddress: String(host), port: 0)  // absence: it is no address
        self.init(address)
    }

    /// As `inet_ntop` writes it.
    var description: String {
        // Absence: never, by the length.
        let address = try? SocketAddress(packedIPAddress: ByteBuffer(bytes: bytes), port: 0)
        return address?.ipAddress ?? "unknown"
    }
}

/// A range of addresses that share a prefix: `10.0.0.0/8`; a lone address is the range of itself.
struct IPNetwork: Hashable, Sendable {
    private let prefix: [UInt8]
    private let length: Int

    /// Reads an address with or without a prefix length.
    init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(parts[0]) else { return nil }
        prefix = address.bytes
        guard parts.count == 2 else {
            length = address.bytes.count * 8
            return
        }
        guard var length = Int(decimalDigits: parts[1]) else { return nil }
        // A prefix over the IPv4 addresses inside IPv6 is one over IPv4.
        if parts[0].contains(":"), address.bytes.count == 4 { length -= 96 }
        guard (0...address.bytes.count * 8).contains(length) else { return nil }
        self.length = length
    }

    /// Whether `address` is in the range.
    func contains(_ address: IPAddress) -> Bool {
        guard address.bytes.count == prefix.count else { return false }
        let whole = length / 8
        guard address.bytes[..<whole] == prefix[..<whole] else { return false }
        let rest = length % 8
        return rest == 0 || (address.bytes[whole] ^ prefix[whole]) >> (8 - rest) == 0
    }
}
