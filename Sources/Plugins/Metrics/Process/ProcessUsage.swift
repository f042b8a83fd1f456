import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What this process uses of the machine, from Linux's `/proc` (proc(5)).
struct ProcessUsage {
    let cpuSeconds: Double
    let residentBytes: Double
    let virtualBytes: Double
    let openFiles: Int
    /// Infinite where there is no limit.
    let maxOpenFiles: Double
    /// Seconds since 1970.
    let startTime: Double

    /// The usage now; `nil` on a system that has no such `/proc`.
    static func now() -> ProcessUsage? {
        guard let stat = read("/proc/self/stat"), let limits = read("/proc/self/limits"),
            let system = read("/proc/stat"),
            let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        else { return nil }
        return ProcessUsage(
            stat: stat, limits: limits, system: system,
            // One of them was the listing itself.
            openFiles: max(0, files.count - 1), ticksPerSecond: Double(sysconf(Int32(_SC_CLK_TCK))),
            pageSize: Double(sysconf(Int32(_SC_PAGESIZE))))
    }

    /// - Parameters:
    ///   - stat: the text of `/proc/self/stat`.
    ///   - limits: the text of `/proc/self/limits`.
    ///   - system: the text of `/proc/stat`.
    /// - Returns: `nil` if a field is missing.
    init?(
        stat: String, limits: String, system: String, openFiles: Int, ticksPerSecond: Double, pageSize: Double
    ) {
        // The command's name, the second field, may itself hold spaces and parentheses: fields are counted from behind it.
        guard let nameEnd = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: nameEnd)...].split(whereSeparator: \.isWhitespace)
        /// The field that proc(5) numbers `number`.
        func field(_ number: Int) -> Double? { fields.indices.contains(number - 3) ? Double(fields[number - 3]) : nil }

        guard let user = field(14), let kernel = field(15), let start = field(22), let bytes = field(23),
            let pages = field(24), let bootTime = Self.words(after: "btime", in: system)?.first.flatMap(Double.init),
            let limit = Self.words(after: "Max open files", in: limits)?.first
        else { return nil }
        cpuSeconds = (user + kernel) / ticksPerSecond
        residentBytes = pages * pageSize
        virtualBytes = bytes
        startTime = bootTime + start / ticksPerSecond
        self.openFiles = openFiles
        guard let maxOpenFiles = limit == "unlimited" ? .infinity : Double(limit) else { return nil }
        self.maxOpenFiles = maxOpenFiles
    }

    private static func words(after key: String, in text: String) -> [Substring]? {
        text.split(separator: "\n").first { $0.hasPrefix(key) }?.dropFirst(key.count).split(separator: " ")
    }

    private static func read(_ path: String) -> String? {
        // Absence is the meaning: other systems have no such file.
        try? String(contentsOfFile: path, encoding: .utf8)
    }
}
