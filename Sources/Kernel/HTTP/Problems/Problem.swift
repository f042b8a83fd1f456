public import HTTPTypes
import NIOHTTP1

/// An answer that says what went wrong, as RFC 9457 writes it (spec: protocol.md).
///
/// All of it is shown to clients: no driver's text, path, SQL or stack may stand in ``detail``.
public struct Problem: Error, Sendable, Hashable {
    /// The status, 400 to 599.
    public var status: Int
    /// The stable lower_snake_case code that clients compare: the member `error`.
    public var code: String
    /// The status in words.
    public var title: String
    /// One sentence for the developer of a client: the members `detail` and `message`.
    public var detail: String
    /// Header fields that the answer carries besides those of its kind.
    public var headers: HTTPFields

    /// A problem; its title is the status' own unless one is given.
    public init(
        status: Int, code: String, title: String? = nil, detail: String, headers: HTTPFields = HTTPFields()
    ) {
        self.status = status
        self.code = code
        self.title = title ?? HTTPResponseStatus(statusCode: status).reasonPhrase
        self.detail = detail
        self.headers = headers
    }
}

extension Problem: CustomStringConvertible {
    /// Status, code and detail: safe to log.
    public var description: String { "\(status) \(code): \(detail)" }
}
