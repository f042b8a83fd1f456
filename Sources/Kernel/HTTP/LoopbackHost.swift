/// Hosts that only this machine reaches.
public enum LoopbackHost {
    /// Whether `host` is a name or address of the loopback interface: `localhost`, 127.0.0.0/8, `::1`.
    public static func contains(_ host: String) -> Bool {
        if host.lowercased() == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
