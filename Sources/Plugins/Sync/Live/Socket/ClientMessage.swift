import Domain
import JSONScanner
import Kernel
import NIOCore

/// What a WebSocket's peer says (spec: protocol.md, "WebSocket").
enum ClientMessage {
    /// `{"type":"auth","token":…,"clientId":…}`.
    case authenticate(BearerToken, ClientID?)
    /// `{"type":"ping"}`.
    case ping

    /// Why a message is none. The raw value is what its sender is told.
    enum Fault: String, Error, Hashable, CaseIterable {
        case binary = "messages are text"
        case unreadable = "the message is not a JSON object with a type"
        case unknownType = "the message's type is unknown"
        case noToken = "an auth message needs a token, a string"
        case invalidClientID =
            "clientId must be a string of at most 512 bytes, without U+0000 and lone surrogates"
    }

    /// Reads a text message, which is valid UTF-8. Members that nobody knows are ignored, and of duplicates the last one counts.
    init(_ text: ByteBuffer) throws(Fault) {
        self = try text.withUnsafeReadableBytes { (bytes) throws(Fault) in try ClientMessage(bytes) }
    }

    private init(_ bytes: UnsafeRawBufferPointer) throws(Fault) {
        var (type, token, client): (JSONSlice?, JSONSlice?, JSONSlice?)
        do throws(JSONScanError) {
            var scanner = JSONScanner(validUTF8: bytes, maximumDepth: 32)
            try scanner.enterObject()
            while let name = try scanner.nextMember() {
                let value = try scanner.skipValue()
                if scanner.equals(name, "type") {
                    type = value
                } else if scanner.equals(name, "token") {
                    token = value
                } else if scanner.equals(name, "clientId") {
                    client = value
                }
            }
            try scanner.finish()
        } catch {
            throw .unreadable
        }
        guard let type, type.kind == .string else { throw .unreadable }
        if type.equals("ping", in: bytes) {
            self = .ping
        } else if type.equals("auth", in: bytes) {
            guard let token = token?.string(in: bytes) else { throw .noToken }
            self = .authenticate(BearerToken(token), try Self.clientID(client, in: bytes))
        } else {
            throw .unknownType
        }
    }

    /// The rule is that of `clientId` in a push.
    private static func clientID(_ slice: JSONSlice?, in bytes: UnsafeRawBufferPointer) throws(Fault) -> ClientID? {
        guard let slice, slice.kind != .null else { return nil }
        guard let name = slice.name(in: bytes) else { throw .invalidClientID }
        return name.isEmpty ? nil : ClientID(name)
    }
}
