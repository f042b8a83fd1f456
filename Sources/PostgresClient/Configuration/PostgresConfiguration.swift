import CPostgres

/// Where a database is and who logs in, as libpq understands it (PostgreSQL's manual, 34.1.1 and 34.1.2).
///
/// Descriptions hold hosts, ports, database and user, never a password.
public struct PostgresConfiguration: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// libpq's keywords and their values. What is missing comes from the environment (`PGHOST`, `PGPASSFILE`, …) and libpq's defaults.
    private(set) var keywords: [String: String]

    /// Reads a URL (`postgres://user@host:5432/database?sslmode=verify-full`) or a list of `keyword=value`.
    ///
    /// - Parameters:
    ///   - url: hosts (several are tried in turn), port, user, database, `sslmode` and any other parameter of libpq.
    ///   - password: goes before one in the URL. Without either, libpq looks into `passfile`, `PGPASSFILE` or `~/.pgpass`.
    /// - Throws: `misconfigured`; the message does not repeat the URL, which may hold a password.
    public init(url: String, password: String? = nil) throws(PostgresError) {
        guard !url.utf8.contains(0), password?.utf8.contains(0) != true else {
            throw PostgresError(.misconfigured, "The database's URL or password contains a NUL.")
        }
        var complaint: UnsafeMutablePointer<CChar>?
        defer { PQfreemem(complaint) }
        guard let options = PQconninfoParse(url, &complaint) else {
            throw PostgresError(
                .misconfigured, "The database's URL \(Self.fault(inURL: url) ?? "cannot be read").")
        }
        defer { PQconninfoFree(options) }
        keywords = Self.defaults
        var next = options
        while let keyword = next.pointee.keyword {
            if let value = next.pointee.val { keywords[String(cString: keyword)] = String(cString: value) }
            next += 1
        }
        keywords["password"] = password ?? keywords["password"]
        // Text comes and goes as UTF-8, whatever the environment says.
        keywords["client_encoding"] = "UTF8"
    }

    /// A dead peer is noticed within a minute, and a lost answer to what was sent within half of one.
    private static let defaults = [
        "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3", "tcp_user_timeout": "30000",
    ]

    /// The name under which connections show in `pg_stat_activity`.
    public var applicationName: String? {
        get { keywords["application_name"] }
        set { keywords["application_name"] = newValue?.filter { $0 != "\0" } }
    }

    public var description: String {
        ["host", "port", "dbname", "user", "sslmode"].compactMap { key in keywords[key].map { "\(key)=\($0)" } }
            .joined(separator: " ")
    }

    public var debugDescription: String { description }
}

extension PostgresConfiguration: CustomReflectable {
    /// Dumps show what ``description`` shows.
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}

extension PostgresConfiguration {
    /// The keywords of each attempt: one for each host, in their order; a single one where libpq must see all hosts to choose.
    var attempts: [[String: String]] {
        let lists = ["host", "hostaddr", "port"].map { key in
            (key: key, values: keywords[key].map { $0.split(separator: ",", omittingEmptySubsequences: false) } ?? [])
        }
        let count = max(lists[0].values.count, lists[1].values.count)
        guard count > 1, keywords["target_session_attrs"] != "prefer-standby",
            lists.allSatisfy({ $0.values.count <= 1 || $0.values.count == count })
        else { return [keywords] }
        return (0..<count).map { index in
            var one = keywords
            for (key, values) in lists where values.count == count { one[key] = String(values[index]) }
            return one
        }
    }
}
