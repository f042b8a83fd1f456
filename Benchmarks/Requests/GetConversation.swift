import NIOCore

/// The same few GET requests by turns, whose answers must stay as they were when they were checked.
struct GetConversation: Conversation {
    private let requests: [ByteBuffer]
    private let bodyLength: ClosedRange<Int>
    private var turn = 0

    /// Requests whose answers are 200 with a body of so many bytes.
    init(_ requests: [ByteBuffer], bodyLength: ClosedRange<Int>) {
        self.requests = requests
        self.bodyLength = bodyLength
    }

    mutating func writeRequest(into buffer: inout ByteBuffer) {
        turn = (turn + 1) % requests.count
        buffer.writeImmutableBuffer(requests[turn])
    }

    mutating func accept(_ answer: HTTPAnswer) throws {
        guard answer.status == 200, bodyLength.contains(answer.body.readableBytes) else {
            let length = answer.body.readableBytes
            throw BenchmarkError("a GET was answered \(answer.status) with \(length) bytes: \(answer.text.prefix(400))")
        }
    }
}

extension ByteBuffer {
    /// A GET of a path, as a device or as nobody.
    static func get(_ path: String, as device: Device? = nil) -> ByteBuffer {
        let authorization = device.map { "Authorization: Bearer \($0.token)\r\n" } ?? ""
        return ByteBuffer(string: "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\(authorization)\r\n")
    }

    /// A POST of JSON.
    static func post(_ path: String, json: String) -> ByteBuffer {
        let length = json.utf8.count
        return ByteBuffer(
            string: "POST \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(length)\r\n\r\n\(json)")
    }
}
