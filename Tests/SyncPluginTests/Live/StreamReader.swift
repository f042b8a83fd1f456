import Domain
import HTTPTypes
import Kernel
import KernelTesting
import Testing

/// A client that follows a stream, as an EventSource reads it: event by event.
final class StreamReader {
    /// One event.
    struct Event: Equatable {
        var name: String
        var data: String
        var id: String?

        /// The members of its data, as raw text.
        var members: [String: String] {
            get throws { try SyncPluginTests.members(of: data.utf8) ?? [:] }
        }

        /// The records of its changes.
        var records: [String] {
            get throws {
                try elements(of: (members["changes"] ?? "[]").utf8).map {
                    try String((SyncPluginTests.members(of: $0.utf8)?["id"] ?? "").dropFirst().dropLast())
                }
            }
        }
    }

    let answer: OpenAnswer
    private var text = ""

    init(_ answer: OpenAnswer) {
        self.answer = answer
    }

    /// Opens a stream, which must be answered 200.
    init(
        _ server: SyncServer, _ query: String = "", app: String = "todo", user: String = "anna",
        client: String? = nil, lastEventID: String? = nil
    ) async throws {
        var headers = try server.harness.authorization(of: user)
        if let client { headers[SyncServer.clientID] = client }
        if let lastEventID { headers[HTTPField.Name("Last-Event-ID") ?? .accept] = lastEventID }
        answer = try await server.harness.open(.get, "/sync/\(app)/stream?\(query)", headers: headers)
        try #require(answer.status == .ok)
    }

    /// The next event; nil at the stream's end.
    func next() async throws -> Event? {
        while true {
            if let end = text.firstRange(of: "\n\n") {
                let block = text[..<end.lowerBound]
                text = String(text[end.upperBound...])
                return Self.event(block)
            }
            guard let piece = try await answer.next() else { return nil }
            text += piece
        }
    }

    /// The next event that carries changes; nil at the end.
    func nextChanges() async throws -> Event? {
        while let event = try await next() {
            if event.name == "changes" { return event }
        }
        return nil
    }

    /// The records of the next `count` changes, in order, each with the table's name where there are several tables.
    func records(_ count: Int) async throws -> [String] {
        var records: [String] = []
        while records.count < count, let event = try await nextChanges() { records += try event.records }
        return records
    }

    private static func event(_ block: Substring) -> Event {
        var event = Event(name: "message", data: "")
        for line in block.split(separator: "\n") {
            let (field, value) = (line.prefix { $0 != ":" }, line.drop { $0 != ":" }.dropFirst(2))
            switch field {
            case "event": event.name = String(value)
            case "data": event.data += value
            case "id": event.id = String(value)
            default: Issue.record("a line that no reader knows: \(line)")
            }
        }
        return event
    }
}
