import NIOCore
import NIOWebSocket

@testable import Kernel

extension WebSocketFrame {
    /// A client's frame: masked, unless a test wants otherwise.
    static func client(
        _ opcode: UInt8, _ payload: [UInt8] = [], fin: Bool = true, isMasked: Bool = true, reserved: Int = 0
    ) -> WebSocketFrame {
        let key = isMasked ? WebSocketMaskingKey([0x12, 0x34, 0x56, 0x78]) : nil
        var data = ByteBuffer(bytes: payload)
        if let key { data.webSocketMask(key) }
        return WebSocketFrame(
            fin: fin, rsv1: reserved & 4 != 0, rsv2: reserved & 2 != 0, rsv3: reserved & 1 != 0,
            opcode: WebSocketOpcode(encodedWebSocketOpcode: opcode) ?? .continuation, maskKey: key, data: data)
    }

    static func text(_ text: String, fin: Bool = true) -> WebSocketFrame { .client(1, Array(text.utf8), fin: fin) }
    static func more(_ text: String, fin: Bool = true) -> WebSocketFrame { .client(0, Array(text.utf8), fin: fin) }
    static func close(_ code: UInt16, _ reason: [UInt8] = []) -> WebSocketFrame {
        .client(8, [UInt8(code >> 8), UInt8(code & 0xFF)] + reason)
    }
}

/// A client's frames as bytes.
enum Wire {
    static func frame(
        _ opcode: UInt8, _ payload: [UInt8] = [], fin: Bool = true, announcing length: Int? = nil
    ) -> ByteBuffer {
        var buffer = ByteBuffer(integer: opcode | (fin ? 0x80 : 0))
        let length = length ?? payload.count
        switch length {
        case 0...125: buffer.writeInteger(0x80 | UInt8(length))
        case 126...65_535: buffer.writeMultipleIntegers(UInt8(0xFE), UInt16(length))
        default: buffer.writeMultipleIntegers(UInt8(0xFF), UInt64(length))
        }
        let key: [UInt8] = [1, 2, 3, 4]
        buffer.writeBytes(key)
        buffer.writeBytes(payload.enumerated().map { $1 ^ key[$0 % 4] })
        return buffer
    }

    static func text(_ text: String) -> ByteBuffer { frame(1, Array(text.utf8)) }
    static func close(_ code: UInt16) -> ByteBuffer { frame(8, [UInt8(code >> 8), UInt8(code & 0xFF)]) }

    static func handshake(_ path: String = "/socket", more: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\(more)\r\n"
    }
}

extension ByteBuffer {
    /// The server's frames behind its 101, as `text hello`, `close 1000 bye`, `pong abc`, `binary 3 bytes`.
    var framesBehindHead: [String] {
        guard let end = readableBytesView.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound else { return [] }
        var rest = self
        rest.moveReaderIndex(to: end)
        return rest.serverFrames
    }

    /// The server's frames; one that is cut off counts for nothing.
    var serverFrames: [String] {
        var rest = self
        var frames: [String] = []
        while let first = rest.readInteger(as: UInt8.self), let short = rest.readInteger(as: UInt8.self) {
            let length: Int? =
                switch short {
                case 126: rest.readInteger(as: UInt16.self).map(Int.init)
                case 127: rest.readInteger(as: UInt64.self).map(Int.init)
                default: Int(short)
                }
            guard let length, var payload = rest.readSlice(length: length) else { break }
            switch first {
            case 0x81: frames.append("text \(String(buffer: payload))")
            case 0x82: frames.append("binary \(length) bytes")
            case 0x88:
                let code = payload.readInteger(as: UInt16.self).map { " \($0)" } ?? ""
                frames.append("close\(code)\(payload.readableBytes > 0 ? " " : "")\(String(buffer: payload))")
            case 0x89: frames.append("ping")
            case 0x8A: frames.append("pong \(String(buffer: payload))")
            default: frames.append("byte \(first)")
            }
        }
        return frames
    }
}
