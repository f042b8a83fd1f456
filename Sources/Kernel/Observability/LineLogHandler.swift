import Logging

/// Writes each message as one line.
struct LineLogHandler: LogHandler {
    private let label: String
    private let format: LogFormat
    private let time: any TimeSource
    private let sink: LogSink
    var logLevel: Logger.Level
    var metadata = Logger.Metadata()
    var metadataProvider: Logger.MetadataProvider?

    init(label: String, level: Logger.Level, format: LogFormat, time: any TimeSource, sink: LogSink) {
        self.label = label
        self.format = format
        self.time = time
        self.sink = sink
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var merged = metadata
        if let provided = metadataProvider?.get() { merged.merge(provided) { $1 } }
        if let own = event.metadata { merged.merge(own) { $1 } }
        // As it prints, not as it reflects: an error's `description` is what is safe to log.
        if let error = event.error { merged["error"] = .string("\(error)") }
        sink.write(
            format.line(
                at: time.now, level: event.level, label: label, message: event.message.description, metadata: merged))
    }
}
