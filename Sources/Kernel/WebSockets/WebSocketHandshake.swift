import COpenSSL
import HTTPTypes
import HummingbirdCore
import NIOCore

/// The server's side of the opening handshake (RFC 6455 section 4.2).
///
/// Neither extensions nor subprotocols are negotiated. `permessage-deflate` above all is not: its windows cost each connection more
/// memory than everything else of it, and the messages here are a line long.
struct WebSocketHandshake {
    /// The value of `Sec-WebSocket-Accept`.
    let acceptance: String

    /// Reads a request.
    ///
    /// - Throws: ``Problem``: 426 where it asks for no WebSocket, or one of another version; 400 where it does not ask properly.
    init(_ request: HTTPRequest) throws {
        let fields = request.headerFields
        guard request.method == .get, fields.hasToken("upgrade", in: .connection),
            fields.hasToken("websocket", in: .upgrade)
        else { throw Problem.upgradeRequired("This path is for WebSockets.") }
        guard fields[.webSocketVersion] == "13" else {
            throw Problem.upgradeRequired("The server speaks version 13 of the WebSocket protocol.")
        }
        let keys = fields[values: .webSocketKey]
        guard keys.count == 1, Self.isKey(keys[0]) else {
            throw Problem.malformed("A handshake has one Sec-WebSocket-Key, of 16 bytes in base64.")
        }
        guard fields[.transferEncoding] == nil, fields[.contentLength].map({ $0 == "0" }) ?? true else {
            throw Problem.malformed("A handshake has no body.")
        }
        acceptance = try Self.acceptance(of: keys[0])
    }

    /// The good answer's header fields, but for `Connection`, which is the connection's.
    var fields: HTTPFields { [.upgrade: "websocket", .webSocketAccept: acceptance] }

    /// Whether `text` is 16 bytes in base64 (RFC 4648 section 4).
    private static func isKey(_ text: String) -> Bool {
        guard text.utf8.count == 24, text.hasSuffix("==") else { return false }
        let digits = text.utf8.dropLast(2)
        guard !digits.contains(where: { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }) else { return false }
        return Base64URL.decode(digits.map(\.inURLAlphabet)) != nil
    }

    /// Section 4.2.2, number 5, sub-number 4. SHA-1 proves nothing here: the value only shows that a WebSocket server answers.
    static func acceptance(of key: String) throws(CryptoError) -> String {
        let text = Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
        var digest = [UInt8](repeating: 0, count: 20)
        guard EVP_Digest(text, text.count, &digest, nil, EVP_sha1(), nil) == 1 else {
            throw CryptoError("OpenSSL could not compute a SHA-1 digest")
        }
        let encoded = Base64URL.encode(digest).utf8.map(\.inBase64Alphabet)
        return String(decoding: encoded, as: UTF8.self) + "="
    }
}

extension UInt8 {
    /// A base64 digit as base64url writes it.
    fileprivate var inURLAlphabet: UInt8 {
        switch self {
        case UInt8(ascii: "+"): UInt8(ascii: "-")
        case UInt8(ascii: "/"): UInt8(ascii: "_")
        default: self
        }
    }

    /// A base64url digit as base64 writes it.
    fileprivate var inBase64Alphabet: UInt8 {
        switch self {
        case UInt8(ascii: "-"): UInt8(ascii: "+")
        case UInt8(ascii: "_"): UInt8(ascii: "/")
        default: self
        }
    }
}

extension Problem {
    /// 426 (RFC 9110 section 15.5.22). The version's field is demanded where that is what is wrong, and no harm elsewhere.
    fileprivate static func upgradeRequired(_ detail: String) -> Problem {
        Problem(
            status: 426, code: "upgrade_required", detail: detail,
            headers: [.upgrade: "websocket", .webSocketVersion: "13"])
    }
}

extension HTTPFields {
    /// Whether a list has an element, in any case (RFC 9110 section 5.6.1).
    fileprivate func hasToken(_ token: String, in name: HTTPField.Name) -> Bool {
        self[name]?.split(separator: ",").contains { $0.trimmed.lowercased() == token } ?? false
    }
}

extension HTTPField.Name {
    fileprivate static let webSocketAccept = known("Sec-WebSocket-Accept")
    fileprivate static let webSocketKey = known("Sec-WebSocket-Key")
    fileprivate static let webSocketVersion = known("Sec-WebSocket-Version")
}
