import HTTPTypes
import JSONScanner
import KernelTesting
import Logging
import Synchronization
import Testing

@testable import Kernel

@Suite("Log lines")
struct LogTests {
    private static let instant = UnixTime(microseconds: 1_767_323_045_678_901)

    private func line(_ format: LogFormat, _ message: String, _ metadata: Logger.Metadata = [:]) -> String {
        String(
            decoding: format.line(
                at: Self.instant, level: .info, label: "server", message: message, metadata: metadata),
            as: UTF8.self)
    }

    @Test("a text line has its fields in order, quoted where they are no words")
    func text() {
        #expect(
            line(.text, "request", ["path": "/a b", "method": "GET", "empty": ""])
                == "2026-01-02T03:04:05.678901Z info server: request empty=\"\" method=GET path=\"/a b\"\n")
    }

    @Test("a JSON line is one object, numbers are numbers, and metadata cannot pose as the line's own members")
    func json() {
        #expect(
            line(.json, "request", ["status": .stringConvertible(200), "level": "x", "list": ["a", ["b": "c"]]])
                == #"{"time":"2026-01-02T03:04:05.678901Z","level":"info","logger":"server","message":"request","#
                + #""_level":"x","list":["a",{"b":"c"}],"status":200}"# + "\n")
    }

    @Test("no value breaks the line or acts on a terminal", arguments: [LogFormat.text, .json])
    func escaping(format: LogFormat) {
        let hostile = "a\nb\r\u{1b}[2J\u{0}\u{7f}\u{85}\u{9b}\u{2028}\"\\ü"
        let line = line(format, hostile, [hostile: .string(hostile)])
        #expect(line.hasSuffix("\n"))
        let acting = line.dropLast().unicodeScalars.filter {
            $0.value < 0x20 || (0x7F...0x9F).contains($0.value) || $0.value == 0x2028
        }
        #expect(acting.isEmpty)
        #expect(line.contains("ü"))
    }

    @Test("auto is text on a terminal and JSON elsewhere")
    func auto() {
        #expect(LogFormat(.auto, isTerminal: true) == .text)
        #expect(LogFormat(.auto, isTerminal: false) == .json)
        #expect(LogFormat(.text, isTerminal: false) == .text)
        #expect(LogFormat(.json, isTerminal: true) == .json)
    }

    @Test("a logger writes its own, its provider's and the message's fields, the nearest counts")
    func handler() {
        let lines = Mutex<[String]>([])
        let sink = LogSink { line in lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }
        var logger = Logger(label: "server") { label in
            LineLogHandler(label: label, level: .info, format: .text, time: FixedTime(now: Self.instant), sink: sink)
        }
        logger[metadataKey: "a"] = "1"
        logger[metadataKey: "b"] = "1"
        logger.debug("hidden")
        logger.info("shown", metadata: ["b": "2"])
        #expect(lines.withLock { $0 } == ["2026-01-02T03:04:05.678901Z info server: shown a=1 b=2\n"])
    }

    @Test("a request's line has its fields and no query")
    func accessLog() throws {
        let line = AccessLogLine(
            method: .get, route: "/sync/{appId}/pull", status: 200, duration: .microseconds(12_034), bytesOut: 5,
            user: "alice", remote: "192.0.2.1", requestID: try #require(RequestID("id-1")))
        let fields = line.metadata.mapValues(\.description)
        #expect(
            fields == [
                "method": "GET", "route": "/sync/{appId}/pull", "status": "200", "ms": "12.034", "bytes": "5",
                "user": "alice", "remote": "192.0.2.1", "request": "id-1",
            ])
    }
}

private struct FixedTime: TimeSource {
    let now: UnixTime
    func sleep(for duration: Duration) async throws {}
}
