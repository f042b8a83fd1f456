import Foundation

/// One run of a program to its end, and what it took.
struct ToolRun {
    /// From its start to its end.
    let seconds: Double
    /// Its processor time, its children's included.
    let processorSeconds: Double

    /// Runs a program that is found in /usr/bin.
    ///
    /// - Parameters:
    ///   - output: Where its standard output goes; nowhere if nil.
    ///   - watch: Called every ten milliseconds while it runs, with its id.
    /// - Throws: `BenchmarkError` when it fails.
    init(
        _ program: String, _ arguments: [String], output: URL? = nil, watch: (Int32) throws -> Void = { _ in }
    ) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/\(program)")
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        if let output {
            guard FileManager.default.createFile(atPath: output.path, contents: nil) else {
                throw BenchmarkError("\(output.path) cannot be made")
            }
            process.standardOutput = try FileHandle(forWritingTo: output)
        } else {
            process.standardOutput = FileHandle.nullDevice
        }
        let before = Self.processorSecondsOfChildren()
        let begun = ContinuousClock.now
        try process.run()
        while process.isRunning {
            usleep(10_000)
            try watch(process.processIdentifier)
        }
        process.waitUntilExit()
        seconds = (ContinuousClock.now - begun).seconds
        processorSeconds = Self.processorSecondsOfChildren() - before
        guard process.terminationStatus == 0 else {
            throw BenchmarkError("\(program) ended with \(process.terminationStatus)")
        }
    }

    /// What children used that have ended and were waited for (getrusage(2)).
    private static func processorSecondsOfChildren() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }
}
