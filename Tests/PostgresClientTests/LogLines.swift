import Logging
import Synchronization

/// Keeps lines as text.
final class LogLines: LogHandler {
    let all = Mutex<[String]>([])

    func log(event: LogEvent) {
        let fields = (event.metadata ?? [:]).filter { $0.key != "cause" }.sorted { $0.key < $1.key }
        let text = fields.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        all.withLock { $0.append("\(event.level): \(event.message) \(text)") }
    }

    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }

    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }
}
