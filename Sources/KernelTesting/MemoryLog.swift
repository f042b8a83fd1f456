public import Logging
import Synchronization

/// Keeps log lines in memory, for tests that look at them.
public final class MemoryLog: Sendable {
    /// One line.
    public struct Line: Sendable {
        /// Its level.
        public let level: Logger.Level
        /// Its text.
        public let message: String
        /// Its metadata, the logger's own included, as text.
        public let metadata: [String: String]
    }

    private let stored = Mutex<[Line]>([])

    /// An empty log.
    public init() {}

    /// The lines so far.
    public var lines: [Line] { stored.withLock { $0 } }

    /// A logger that writes here, every level.
    public func logger(label: String = "test") -> Logger {
        Logger(label: label) { _ in Handler(log: self) }
    }

    private struct Handler: LogHandler {
        let log: MemoryLog
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
            let line = Line(level: event.level, message: "\(event.message)", metadata: all.mapValues { "\($0)" })
            log.stored.withLock { $0.append(line) }
        }
    }
}
