import Foundation

/// What the kernel knows of a process (proc(5)).
struct ProcessFigures {
    /// Seconds of processor time since its start, in user and kernel mode, of all of its threads.
    let processorSeconds: Double
    /// Bytes of memory that are resident now (VmRSS).
    let residentBytes: Int

    /// Reads them now.
    init(of pid: Int32) throws {
        processorSeconds = try Self.processorSeconds(of: pid, fields: 2)

        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        guard
            let kibibytes = line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap({
                Int($0)
            })
        else { throw BenchmarkError("/proc/\(pid)/status names no VmRSS") }
        residentBytes = kibibytes * 1024
    }

    /// The same with what its children used that have ended and were waited for.
    static func processorSecondsWithChildren(of pid: Int32) throws -> Double {
        try processorSeconds(of: pid, fields: 4)
    }

    /// The sum of utime, stime and, with four fields, cutime and cstime.
    private static func processorSeconds(of pid: Int32, fields count: Int) throws -> Double {
        let stat = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        // The second field is the name in parentheses, which may hold spaces: count from its end, where field 3 follows.
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ").dropFirst()
        let ticks = fields.dropFirst(11).prefix(count).compactMap { Double($0) }
        guard ticks.count == count else { throw BenchmarkError("/proc/\(pid)/stat cannot be read") }
        return ticks.reduce(0, +) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
