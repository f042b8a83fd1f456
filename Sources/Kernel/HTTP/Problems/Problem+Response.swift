public import HTTPTypes
public import HummingbirdCore
import JSONScanner
import NIOCore

extension Problem {
    /// The answer: `application/problem+json` (RFC 9457) with the members `type`, `title`, `status`, `detail`, `error`, `message`
    /// and `requestId`, and the header fields that the status demands.
    public func response(requestID: RequestID) -> Response {
        var fields = headers
        fields[.contentType] = "application/problem+json"
        fields[.cacheControl] = "no-store"
        if status == 401, fields[.wwwAuthenticate] == nil { fields[.wwwAuthenticate] = "Bearer" }
        if status == 429 || status == 503, fields[.retryAfter] == nil { fields[.retryAfter] = "5" }
        fields[.requestID] = requestID.text
        return Response(
            status: HTTPResponse.Status(code: status, reasonPhrase: title), headers: fields,
            body: ResponseBody(byteBuffer: json(requestID: requestID)))
    }

    /// The body of ``response(requestID:)``.
    func json(requestID: RequestID) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(192 + title.utf8.count + 2 * detail.utf8.count)
        buffer.writeStaticString(#"{"type":"about:blank","title":"#)
        buffer.writeJSONString(title)
        buffer.writeStaticString(#","status":"#)
        buffer.writeString(String(status))
        buffer.writeStaticString(#","detail":"#)
        buffer.writeJSONString(detail)
        buffer.writeStaticString(#","error":"#)
        buffer.writeJSONString(code)
        buffer.writeStaticString(#","message":"#)
        buffer.writeJSONString(detail)
        buffer.writeStaticString(#","requestId":"#)
        buffer.writeJSONString(requestID.text)
        buffer.writeStaticString("}")
        return buffer
    }
}

extension ByteBuffer {
    /// Writes `text` as a JSON string token (RFC 8259 section 7).
    mutating func writeJSONString(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            JSONStringToken.forEachPiece(of: UnsafeRawBufferPointer(utf8)) { writeBytes($0) }
        }
    }
}

extension HTTPField.Name {
    /// `X-Request-Id`, on requests and answers.
    public static let requestID = known("X-Request-Id")
    /// `X-Forwarded-For`.
    static let forwardedFor = known("X-Forwarded-For")
}
