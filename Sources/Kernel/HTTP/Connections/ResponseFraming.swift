import HTTPTypes
import NIOCore

/// How an answer's end is told to the peer (RFC 9112 section 6).
enum ResponseFraming: Equatable {
    /// The status or the method allows no body.
    case bodiless
    case length(Int)
    case chunked
    /// The body ends with the connection: HTTP/1.0 knows no chunks.
    case untilClose

    init(_ head: HTTPResponse, contentLength: Int?, isHead: Bool, isHTTP10: Bool) {
        if isHead || head.status.kind == .informational || head.status == .noContent || head.status == .notModified {
            self = .bodiless
        } else if let contentLength {
            self = .length(contentLength)
        } else {
            self = isHTTP10 ? .untilClose : .chunked
        }
    }
}

extension ByteBuffer {
    /// Writes an answer's head (RFC 9112 section 4). Framing, `Connection` and `Date` are this function's; those of `head` are
    /// dropped, but for the `Content-Length` of an answer to HEAD.
    mutating func writeHead(
        _ head: HTTPResponse, framing: ResponseFraming, connection: StaticString?, date: String
    ) {
        writeStaticString("HTTP/1.1 ")
        writeDecimal(head.status.code)
        writeStaticString(" ")
        writeString(head.status.reasonPhrase)
        writeStaticString("\r\n")
        for field in head.headerFields {
            switch field.name {
            case .connection, .transferEncoding, .date, .keepAlive: continue
            case .contentLength where framing != .bodiless || [204, 304].contains(head.status.code): continue
            default: break
            }
            writeString(field.name.rawName)
            writeStaticString(": ")
            writeString(field.value)
            writeStaticString("\r\n")
        }
        switch framing {
        case .length(let count):
            writeStaticString("Content-Length: ")
            writeDecimal(count)
            writeStaticString("\r\n")
        case .chunked: writeStaticString("Transfer-Encoding: chunked\r\n")
        case .bodiless, .untilClose: break
        }
        if let connection {
            writeStaticString("Connection: ")
            writeStaticString(connection)
            writeStaticString("\r\n")
        }
        writeStaticString("Date: ")
        writeString(date)
        writeStaticString("\r\n\r\n")
    }

    /// Writes the last chunk and the trailer fields.
    mutating func writeLastChunk(_ trailers: HTTPFields?) {
        writeStaticString("0\r\n")
        for field in trailers ?? HTTPFields() {
            writeString(field.name.rawName)
            writeStaticString(": ")
            writeString(field.value)
            writeStaticString("\r\n")
        }
        writeStaticString("\r\n")
    }

    private mutating func writeDecimal(_ number: Int) {
        writeString(String(number))
    }
}

extension HTTPField.Name {
    fileprivate static let keepAlive = known("Keep-Alive")
}
