import CoreMetrics
import Kernel
import Synchronization

/// The `process_*` metrics that Prometheus's client libraries agree on
/// (prometheus.io/docs/instrumenting/writing_clientlibs, "Process metrics"), brought up to date before each scrape; and which build
/// this is.
final class ProcessMetrics: Sendable {
    static let descriptions = [
        gauge("mana_sync_build_info", "Always 1; its labels say what was built."),
        counter("process_cpu_seconds_total", "User and system CPU time spent, in seconds."),
        gauge("process_resident_memory_bytes", "Resident memory size, in bytes."),
        gauge("process_virtual_memory_bytes", "Virtual memory size, in bytes."),
        gauge("process_open_fds", "Open file descriptors."),
        gauge("process_max_fds", "The most file descriptors that may be open."),
        gauge("process_start_time_seconds", "Start of the process, in seconds since 1970."),
    ]

    private let factory: any MetricsFactory
    private let countedSeconds = Mutex(0.0)

    init(factory: any MetricsFactory) {
        self.factory = factory
        Gauge(label: "mana_sync_build_info", dimensions: [("version", BuildInfo.version)], factory: factory).record(1)
    }

    /// Reads the figures of this moment. Without `/proc` there are none, and nothing is exposed.
    func refresh() {
        guard let usage = ProcessUsage.now() else { return }
        count(usage.cpuSeconds)
        record("process_resident_memory_bytes", usage.residentBytes)
        record("process_virtual_memory_bytes", usage.virtualBytes)
        record("process_open_fds", Double(usage.openFiles))
        record("process_max_fds", usage.maxOpenFiles)
        record("process_start_time_seconds", usage.startTime)
    }

    private func count(_ seconds: Double) {
        let counter = FloatingPointCounter(label: "process_cpu_seconds_total", factory: factory)
        countedSeconds.withLock { counted in
            counter.increment(by: seconds - counted)
            counted = max(counted, seconds)
        }
    }

    private func record(_ name: String, _ value: Double) {
        Gauge(label: name, factory: factory).record(value)
    }

    private static func counter(_ name: String, _ help: String) -> MetricDescription {
        MetricDescription(.counter, name, help: help)
    }

    private static func gauge(_ name: String, _ help: String) -> MetricDescription {
        MetricDescription(.gauge, name, help: help)
    }
}
