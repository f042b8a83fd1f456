import Kernel
import Testing

@testable import MetricsPlugin

@Suite("The metrics of the process")
struct ProcessMetricsTests {
    private static let stat =
        "42 (a) b (c)) S 1 42 42 0 -1 4194560 9 0 0 0 150 50 0 0 20 0 7 0 1000 8192000 250 18446744073709551615 1 1"
    private static let limits = """
        Limit                     Soft Limit           Hard Limit           Units
        Max cpu time              unlimited            unlimited            seconds
        Max open files            1024                 1048576              files
        """
    private static let system = "cpu  1 2 3\nbtime 1700000000\nprocesses 5\n"

    private func parsed(
        stat: String = stat, limits: String = limits, system: String = system
    ) -> ProcessUsage? {
        ProcessUsage(
            stat: stat, limits: limits, system: system, openFiles: 3, ticksPerSecond: 100, pageSize: 4096)
    }

    @Test("The fields of /proc are read, whatever the command is called")
    func fields() throws {
        let usage = try #require(parsed())
        #expect(usage.cpuSeconds == 2)
        #expect(usage.virtualBytes == 8_192_000)
        #expect(usage.residentBytes == 1_024_000)
        #expect(usage.startTime == 1_700_000_010)
        #expect(usage.maxOpenFiles == 1024)
        #expect(usage.openFiles == 3)
    }

    @Test("No limit of open files is infinity")
    func unlimited() throws {
        let usage = try #require(parsed(limits: "Max open files  unlimited  unlimited  files\n"))
        #expect(usage.maxOpenFiles == .infinity)
    }

    @Test(
        "Text that lacks a field is no usage",
        arguments: [
            ("", limits, system), ("42 (a) S 1 2", limits, system), (stat, "", system), (stat, limits, "btime\n"),
        ])
    func missing(stat: String, limits: String, system: String) {
        #expect(parsed(stat: stat, limits: limits, system: system) == nil)
    }

    #if os(Linux)
        @Test("This process has plausible figures, each once, also after several scrapes")
        func thisProcess() throws {
            let registry = PrometheusRegistry(descriptions: ProcessMetrics.descriptions)
            let metrics = ProcessMetrics(factory: registry)
            for _ in 0..<3 { metrics.refresh() }
            var values: [String: Double] = [:]
            for sample in registry.samples {
                let words = sample.split(separator: " ")
                values[String(words[0])] = Double(words[1])
            }
            #expect(registry.samples.count == 7)
            #expect(try #require(values["process_resident_memory_bytes"]) > 1_000_000)
            #expect(
                try #require(values["process_virtual_memory_bytes"]) >= #require(
                    values["process_resident_memory_bytes"]))
            #expect(try #require(values["process_open_fds"]) >= 3)
            #expect(try #require(values["process_max_fds"]) >= #require(values["process_open_fds"]))
            let now = Double(SystemTimeSource().now.seconds)
            #expect(try #require(values["process_start_time_seconds"]) <= now + 1)
            #expect(try #require(values["process_start_time_seconds"]) > now - 86_400)
            let cpu = try #require(values["process_cpu_seconds_total"])
            #expect(cpu >= 0 && cpu < 86_400)
            #expect(try #require(ProcessUsage.now()).cpuSeconds >= cpu)
        }
    #endif
}
