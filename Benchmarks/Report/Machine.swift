import Foundation

/// Where the figures were measured: they compare with others only from a machine of the same kind.
struct Machine: Codable {
    let processor: String
    let cores: Int
    let memoryGiB: Int
    let kernel: String
    let sqlite: String
    /// PostgreSQL's version, where it is installed.
    let postgres: Int?

    /// The machine that this runs on.
    static var current: Machine {
        // A kernel without these files leaves the fields empty.
        let cpu = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let kernel = (try? String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)) ?? ""
        let model = cpu.split(separator: "\n").first { $0.hasPrefix("model name") }?.split(separator: ":").last
        return Machine(
            processor: model.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown",
            cores: sysconf(Int32(_SC_NPROCESSORS_ONLN)),
            memoryGiB: Int(ProcessInfo.processInfo.physicalMemory >> 30),
            kernel: kernel.trimmingCharacters(in: .whitespacesAndNewlines),
            sqlite: SQLiteDatabase.version,
            postgres: try? PostgresPrograms().version)
    }
}
