import NIOCore
import NIOWebSocket
import Testing

@testable import Kernel

/// What a peer sends, and what comes of it; actions that do nothing are left out.
struct ProtocolCase: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let frames: @Sendable () -> [WebSocketFrame]
    let outcome: [String]

    init(_ description: String, _ outcome: String..., frames: @escaping @Sendable () -> [WebSocketFrame]) {
        testDescription = description
        self.frames = frames
        self.outcome = outcome
    }
}

extension WebSocketProtocol.Action {
    var text: String? {
        switch self {
        case .nothing: nil
        case .deliver(.text(let text)): "text \(String(buffer: text))"
        case .deliver(.binary(let bytes)): "binary \(Array(bytes.readableBytesView))"
        case .pong(let payload): "pong \(String(buffer: payload))"
        case .sendClose(let payload, let andEnd):
            "close \(payload.getInteger(at: 0, as: UInt16.self).map(String.init) ?? "-")\(andEnd ? "" : " and wait")"
        case .end: "end"
        }
    }
}

@Suite("The WebSocket protocol without I/O")
struct WebSocketProtocolTests {
    static let messages: [ProtocolCase] = [
        ProtocolCase("an empty text", "text ") { [.text("")] },
        ProtocolCase("a text", "text hello") { [.text("hello")] },
        ProtocolCase("bytes", "binary [0, 255]") { [.client(2, [0, 255])] },
        ProtocolCase("fragments", "text hello") { [.text("he", fin: false), .more("ll", fin: false), .more("o")] },
        ProtocolCase("empty fragments", "text ") { [.text("", fin: false), .more("", fin: false), .more("")] },
        ProtocolCase("a character cut by fragments", "text é") {
            [.client(1, [0xC3], fin: false), .client(0, [0xA9])]
        },
        ProtocolCase("bytes that are no UTF-8", "binary [195, 40]") {
            [.client(2, [0xC3], fin: false), .client(0, [0x28])]
        },
        ProtocolCase("a ping between fragments", "pong p", "text ab") {
            [.text("a", fin: false), .client(9, Array("p".utf8)), .more("b")]
        },
        ProtocolCase("the longest ping", "pong \(String(repeating: "x", count: 125))") {
            [.client(9, [UInt8](repeating: UInt8(ascii: "x"), count: 125))]
        },
        ProtocolCase("a pong that no one asked for", "text a") { [.client(10, [1]), .text("a")] },
        ProtocolCase("exactly as much as a message may have", "text 0123456789") {
            [.text("01234", fin: false), .more("56789")]
        },
    ]

    static let faults: [ProtocolCase] = [
        ProtocolCase("a text that is no UTF-8", "close 1007") { [.client(1, [0xFF])] },
        ProtocolCase("a text that stops within a character", "close 1007") { [.client(1, [0xC3])] },
        ProtocolCase("a fragment that cannot become UTF-8", "close 1007") { [.client(1, [0xF4, 0x90], fin: false)] },
        ProtocolCase("a frame over the limit", "close 1009") { [.text("0123456789a")] },
        ProtocolCase("fragments over the limit", "close 1009") {
            [.text("012345", fin: false), .more("67890", fin: false)]
        },
        ProtocolCase("a frame that is not masked", "close 1002") { [.client(1, [65], isMasked: false)] },
        ProtocolCase("a continuation of nothing", "close 1002") { [.more("a")] },
        ProtocolCase("a continuation of what is over", "text ab", "close 1002") {
            [.text("a", fin: false), .more("b"), .more("c")]
        },
        ProtocolCase("a text within a text", "close 1002") { [.text("a", fin: false), .text("b")] },
        ProtocolCase("bytes within a text", "close 1002") { [.text("a", fin: false), .client(2, [1])] },
        ProtocolCase("a fragmented ping", "close 1002") { [.client(9, [1], fin: false)] },
        ProtocolCase("a fragmented close", "close 1002") { [.client(8, fin: false)] },
        ProtocolCase("a ping too long", "close 1002") { [.client(9, [UInt8](repeating: 0, count: 126))] },
        ProtocolCase("a close too long", "close 1002") { [.client(8, [UInt8](repeating: 3, count: 126))] },
        ProtocolCase("a frame after the fault", "close 1002") { [.more("a"), .text("b"), .client(9), .close(1000)] },
    ]

    static let closes: [ProtocolCase] = [
        ProtocolCase("without a code", "close -") { [.client(8)] },
        ProtocolCase("with a code", "close 1000") { [.close(1000)] },
        ProtocolCase("with a reason", "close 4999") { [.close(4999, Array("bye".utf8))] },
        ProtocolCase("within a message", "close 1001") { [.text("a", fin: false), .close(1001)] },
        ProtocolCase("with half a code", "close 1002") { [.client(8, [3])] },
        ProtocolCase("with a reason that is no UTF-8", "close 1007") { [.close(1000, [0xC3, 0x28])] },
        ProtocolCase("with half a character", "close 1007") { [.close(1000, [0xE2, 0x82])] },
        ProtocolCase("and more after it", "close 1000") { [.close(1000), .text("a"), .client(9), .close(1000)] },
    ]

    private func outcome(of frames: [WebSocketFrame], in machine: inout WebSocketProtocol) -> [String] {
        frames.compactMap { machine.received($0).text }
    }

    @Test("takes", arguments: messages)
    func taken(_ example: ProtocolCase) {
        var machine = WebSocketProtocol(maxMessage: 10)
        #expect(outcome(of: example.frames(), in: &machine) == example.outcome)
        #expect(machine.isOpen)
    }

    @Test("ends at", arguments: faults)
    func refused(_ example: ProtocolCase) {
        var machine = WebSocketProtocol(maxMessage: 10)
        #expect(outcome(of: example.frames(), in: &machine) == example.outcome)
        #expect(!machine.isOpen)
    }

    @Test("answers a close", arguments: closes)
    func closed(_ example: ProtocolCase) {
        var machine = WebSocketProtocol(maxMessage: 10)
        #expect(outcome(of: example.frames(), in: &machine) == example.outcome)
        #expect(!machine.isOpen)
    }

    @Test("ends at reserved bits and unknown opcodes")
    func reserved() {
        for bits in 1...7 {
            var machine = WebSocketProtocol(maxMessage: 10)
            #expect(machine.received(.client(1, [65], reserved: bits)).text == "close 1002", "bits \(bits)")
        }
        for opcode: UInt8 in [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] {
            var machine = WebSocketProtocol(maxMessage: 10)
            #expect(machine.received(.client(opcode)).text == "close 1002", "opcode \(opcode)")
        }
    }

    @Test("knows the codes that a close frame may have")
    func codes() {
        let allowed = Set<UInt16>(1000...1003).union(1007...1014).union(3000...4999)
        for code in UInt16.min ... .max {
            var machine = WebSocketProtocol(maxMessage: 10)
            let answer = machine.received(.close(code)).text
            guard answer != "close \(allowed.contains(code) ? code : 1002)" else { continue }
            Issue.record("\(code) is answered \(answer ?? "not at all")")
        }
    }

    @Test("says what the decoder found")
    func decoder() {
        let errors: [(NIOWebSocketError, String)] = [
            (.invalidFrameLength, "close 1009"), (.fragmentedControlFrame, "close 1002"),
            (.multiByteControlFrameLength, "close 1002"),
        ]
        for (error, outcome) in errors {
            var machine = WebSocketProtocol(maxMessage: 10)
            #expect(machine.received(error).text == outcome)
        }
    }

    @Test("after a close of its own it waits for the peer's, and takes nothing else")
    func closing() {
        var machine = WebSocketProtocol(maxMessage: 10)
        _ = machine.received(.text("a", fin: false))
        #expect(machine.close(.goingAway, reason: "x").text == "close 1001 and wait")
        #expect(machine.close(.normal, reason: "").text == nil)
        #expect(outcome(of: [.more("b"), .text("c"), .client(9), .close(1001), .text("d")], in: &machine) == ["end"])
    }

    @Test("a fault of the peer while it should close is the end")
    func faultWhileClosing() {
        var machine = WebSocketProtocol(maxMessage: 10)
        _ = machine.close(.normal, reason: "")
        #expect(machine.received(.client(1, [65], isMasked: false)).text == "end")
        #expect(machine.received(.close(1000)).text == nil)
    }

    @Test("a reason is cut between two characters", arguments: [("é", 62), ("🎉", 31), ("a", 130)])
    func reason(_ character: String, _ count: Int) {
        let payload = ClosePayload(.normal, reason: String(repeating: character, count: count)).buffer
        let width = character.utf8.count
        #expect(payload.readableBytes == 2 + 123 / width * width)
    }
}
