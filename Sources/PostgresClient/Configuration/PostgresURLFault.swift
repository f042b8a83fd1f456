import CPostgres

/// What is wrong with a database's URL, found without connecting, in words that hold nothing of it: a password may stand anywhere in one that is
/// malformed (PostgreSQL's manual, 34.1.1.2).
enum PostgresURLFault {
    private static let encoding = "a password with / ? # @ : or % in it needs percent-encoding, @ as %40"
    private static let modes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]

    /// The fault as the end of a sentence about the URL; nil where there is none that shows before somebody connects.
    static func of(_ url: String) -> String? {
        guard !url.utf8.contains(0) else { return "must not contain a NUL" }
        var complaint: UnsafeMutablePointer<CChar>?
        defer { PQfreemem(complaint) }
        guard let options = PQconninfoParse(url, &complaint) else {
            return explanation(complaint.map { String(cString: $0) } ?? "")
        }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var next = options
        while let keyword = next.pointee.keyword {
            if let value = next.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            next += 1
        }
        return fault(in: values)
    }

    /// libpq's complaint without what it repeats of the URL.
    private static func explanation(_ complaint: String) -> String {
        let known = [
            (
                "invalid URI query parameter",
                "has a parameter after ? that libpq does not know (sslmode, connect_timeout, …)"
            ),
            ("missing key/value separator", "has a parameter after ? without ="),
            ("extra key/value separator", "has a parameter after ? with more than one ="),
            ("invalid percent-encoded token", "has a % that two hexadecimal digits do not follow: \(encoding)"),
            ("forbidden value %00", "must not contain %00"),
            ("IPv6", "has an IPv6 address without its brackets, as [::1]"),
            ("unexpected character", "must be postgres://USER@HOST:PORT/DATABASE?PARAMETERS: \(encoding)"),
        ]
        return known.first { complaint.contains($0.0) }?.1
            ?? "must be postgres://USER@HOST:PORT/DATABASE?PARAMETERS: \(encoding)"
    }

    /// What libpq would notice only when it connects.
    private static func fault(in values: [String: String]) -> String? {
        for port in (values["port"] ?? "").split(separator: ",") {
            guard let number = UInt16(port), number > 0 else {
                return "has a port that is no number from 1 to 65535 (\(encoding))"
            }
        }
        for host in (values["host"] ?? "").split(separator: ",") where !host.hasPrefix("/") {
            guard !host.utf8.contains(where: { "@/ ?#%".utf8.contains($0) }) else {
                return "has a host that is none (\(encoding))"
            }
        }
        if let mode = values["sslmode"], !modes.contains(mode) {
            return "has an sslmode that is none of \(modes.joined(separator: ", "))"
        }
        for key in [
            "connect_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
        ] {
            if let number = values[key], Int32(number) == nil { return "has a \(key) that is no number" }
        }
        return nil
    }
}

extension PostgresConfiguration {
    /// What is wrong with a URL, as the end of a sentence about it that may be shown: it repeats nothing of the URL, which may hold a password. Nil
    /// where nothing is that shows before somebody connects.
    public static func fault(inURL url: String) -> String? { PostgresURLFault.of(url) }
}
