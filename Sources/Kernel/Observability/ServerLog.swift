public import Logging

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Where the process' log goes: standard error, as text on a terminal and as JSON lines otherwise (spec: operations.md, "Logs").
public enum ServerLog {
    /// A handler for `LoggingSystem.bootstrap`, or for one logger.
    public static func handler(label: String, config: LogConfig) -> any LogHandler {
        let isTerminal = isatty(STDERR_FILENO) == 1
        return LineLogHandler(
            label: label, level: config.level, format: LogFormat(config.format, isTerminal: isTerminal),
            time: SystemTimeSource(), sink: .standardError)
    }
}

extension LogFormat {
    init(_ choice: LogConfig.Format, isTerminal: Bool) {
        switch choice {
        case .auto: self = isTerminal ? .text : .json
        case .text: self = .text
        case .json: self = .json
        }
    }
}
