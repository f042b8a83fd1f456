import JSONScanner
import NIOCore

/// Devices that push by turns over one connection, each following its cursor: no two pushes are alike.
struct PushConversation: Conversation {
    private let corpus: ChangeCorpus
    private let changes: Int
    private let withEventIDs: Bool
    private var devices: [Device]
    private var ids: RandomIDs
    private var turn: Int
    private var nextTemplate: Int
    private var body = ByteBuffer()

    /// Pushes of so many changes.
    ///
    /// - Parameter connection: The connection's number, by which it starts elsewhere in the corpus than the others.
    init(devices: [Device], changes: Int, withEventIDs: Bool, corpus: ChangeCorpus, connection: Int) {
        self.devices = devices
        self.changes = changes
        self.withEventIDs = withEventIDs
        self.corpus = corpus
        ids = RandomIDs(seed: connection)
        turn = 0
        nextTemplate = (connection * 997) % corpus.templates.count
    }

    /// Where the device of the last push has read to.
    var cursor: String { devices[turn].cursor }

    mutating func writeRequest(into buffer: inout ByteBuffer) {
        turn = (turn + 1) % devices.count
        writeBody(devices[turn])
        buffer.writeString(
            """
            POST /sync/\(Device.app) HTTP/1.1\r
            Host: 127.0.0.1\r
            Authorization: Bearer \(devices[turn].token)\r
            Content-Type: application/json\r
            Content-Length: \(body.readableBytes)\r
            \r

            """)
        buffer.writeBuffer(&body)
    }

    mutating func accept(_ answer: HTTPAnswer) throws {
        guard answer.status == 200 else { throw BenchmarkError("a push was answered \(answer.status): \(answer.text)") }
        let page = try ChangePage(answer.body)
        // Its own changes are the only ones that this user has, and the server leaves those out.
        guard page.changes == 0, page.rejected == 0 else {
            throw BenchmarkError("a push's answer holds changes or rejections: \(answer.text.prefix(400))")
        }
        devices[turn].cursor = page.syncedUntil
    }

    private mutating func writeBody(_ device: Device) {
        body.clear()
        body.writeString(#"{"clientId":"\#(device.client)","since":"\#(device.cursor)","schemaVersion":1,"changes":["#)
        for index in 0..<changes {
            if index > 0 { body.writeInteger(UInt8(ascii: ",")) }
            corpus.templates[nextTemplate].write(
                into: &body, ids: &ids, withEventID: withEventIDs, household: device.household)
            nextTemplate = (nextTemplate + 1) % corpus.templates.count
        }
        body.writeStaticString("]}")
    }
}
