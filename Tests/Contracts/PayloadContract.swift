import Domain
import Kernel
import NIOCore
import Testing

/// JSON texts that anything but a copy of the bytes would change.
private let awkwardTexts = [
    "1e400", "-0", "-0.0", "1.0", "1E+2", "9007199254740993", "123456789012345678901234567890.5", "null", "true",
    "\"\"",
    "[]", "{}", #""\u0000""#, #""\ud800""#, #""\udc00\ud800""#, #""\/\b\u0041""#, "\"\u{7F}\u{1F600}\u{E9}e\u{301}\"",
    #"{"b":1,"a":2,"b":3}"#, #"{"":"","\u0000":null}"#, #"{"deletedAt":"2020-01-01T00:00:00Z"}"#,
    #""'; DROP TABLE sync_changes; --""#, "[[[[[[[[1]]]]]]]]", "\"" + String(repeating: "m", count: 1 << 20) + "\"",
]

private let fields = Payload.Fields(
    values: JSONText(#"{"title":1e400,"title":-0,"\u0000":"\ud800"}"#),
    timestamps: JSONText(
        #"{"title":"2024-01-01T10:05:00Z","title":"2024-01-01T10:05:00.123456789+01:00","\u0000":"2024-01-01T10:05:00Z"}"#
    )
)

/// Every set of members that a change can be pushed with.
private let memberSets: [Payload] = (0..<16).map { bits in
    Payload(
        data: bits & 1 == 0 ? nil : JSONText(#"{"title":1.0,"deletedAt":"no"}"#), fields: bits & 2 == 0 ? nil : fields,
        deletedAt: bits & 4 == 0 ? nil : "2024-01-01T10:06:00.5+02:00",
        actor: bits & 8 == 0 ? nil : JSONText(#"{"kind":"ai"}"#))
}

let payloadContract =
    [
        ContractCase("Payloads come back byte for byte") { fixture in
            let changes = awkwardTexts.enumerated().map { index, text in
                change(
                    "r\(index)", .insert,
                    Payload(
                        data: JSONText(text),
                        fields: Payload.Fields(
                            values: JSONText("{\"f\":\(text)}"), timestamps: JSONText(#"{"f":"2024-01-01T10:05:00Z"}"#)),
                        actor: JSONText(text)))
            }
            try await fixture.log.store(push(changes))
            let rows = try await fixture.log.everything()
            for (row, change) in zip(rows, changes) { #expect(row.payload == change.payload) }
            #expect(rows.count == changes.count)
        },
        ContractCase("A payload cut out of a larger buffer comes back without what was around it") { fixture in
            var buffer = ByteBuffer(string: "xx{\"a\":1}yy")
            buffer.moveReaderIndex(forwardBy: 2)
            let read = buffer.readSlice(length: 7)
            let slice = try #require(read)
            try await fixture.log.store(push([change("r", .insert, Payload(data: JSONText(slice)))]))
            #expect(try await fixture.log.page().sink.rows.first?.payload.data == JSONText("{\"a\":1}"))
        },
        ContractCase("Envelope members come back as they were pushed") { fixture in
            var full = insert("r", eventID: .numbered(9))
            full.space = SpaceID("_personal:anna")
            full.origin = "\"\\\u{1}\u{E9}'"
            full.schemaVersion = Int(Int32.max)
            var bare = insert("s")
            bare.origin = ""
            try await fixture.log.store(push([full, bare]))
            let rows = try await fixture.log.page().sink.rows
            #expect(rows[0].eventID == .numbered(9))
            #expect(rows[0].space == "_personal:anna")
            #expect(rows[0].origin == full.origin)
            #expect(rows[0].schemaVersion == full.schemaVersion)
            #expect(rows[0].app == "todo")
            #expect(rows[0].user == "anna")
            #expect(rows[0].client == "phone")
            #expect(rows[1].space == nil)
            #expect(rows[1].origin == "")
            #expect(rows[1].schemaVersion == 1)
        },
    ]
    + Domain.Operation.allCases.map { operation in
        ContractCase("Every set of payload members comes back from \(operation.rawValue)") { fixture in
            let changes = memberSets.enumerated().map { change("r\($0)", operation, $1) }
            try await fixture.log.store(push(changes))
            let rows = try await fixture.log.everything()
            #expect(rows.map(\.payload) == memberSets)
            #expect(rows.allSatisfy { $0.operation == operation })
        }
    }
