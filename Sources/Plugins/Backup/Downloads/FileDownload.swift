import ArtifactStore
import HTTPTypes
import HummingbirdCore
import Kernel
import NIOCore

/// A file that is sent, all of it or a range, as fast as its reader takes it.
struct FileDownload: Sendable {
    let store: any ArtifactStore
    let artifact: StoredArtifact
    /// What the file is called where it is saved.
    let name: String
    let contentType: String
    /// What tells these bytes from any others: the SHA-256, or another text that is never used again.
    let tag: String

    /// The answer to HEAD where a GET would make the file first: what is known of any such file.
    static var unmade: Response {
        var response = Response(status: .ok, headers: commonHeaders)
        // Not that of no body: of the file nobody knows it yet.
        response.headers[.contentLength] = nil
        return response
    }

    private static var commonHeaders: HTTPFields {
        var headers: HTTPFields = [.acceptRanges: "bytes", .cacheControl: "no-store"]
        headers[.known("X-Content-Type-Options")] = "nosniff"
        headers[.known("X-Accel-Buffering")] = "no"
        return headers
    }

    /// The answer: 200 or 206.
    ///
    /// - Throws: 416 `range_not_satisfiable`.
    func response(to request: Request) throws(Problem) -> Response {
        let etag = "\"\(tag)\""
        var headers = Self.commonHeaders
        headers[.contentType] = contentType
        headers[.contentDisposition] = "attachment; filename=\"\(name)\""
        headers[.eTag] = etag
        // A range of other bytes than the reader has would not fit: then it gets all of these (RFC 9110, section 13.1.5).
        let isCurrent = request.headers[.ifRange].map { $0 == etag } ?? true
        let range = ByteRange(isCurrent ? request.headers[.range] : nil, size: artifact.size)
        switch range {
        case .unsatisfiable:
            throw Problem(
                status: 416, code: "range_not_satisfiable",
                detail: "The file has \(artifact.size) bytes: none in the range.",
                headers: [.contentRange: "bytes */\(artifact.size)", .acceptRanges: "bytes"])
        case .whole:
            headers[.contentLength] = "\(artifact.size)"
            return Response(status: .ok, headers: headers, body: body(nil))
        case .part(let part):
            headers[.contentLength] = "\(part.count)"
            headers[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(artifact.size)"
            return Response(status: .partialContent, headers: headers, body: body(part))
        }
    }

    private func body(_ range: Range<UInt64>?) -> ResponseBody {
        ResponseBody { [store, artifact] writer in
            var sink = writer
            try await store.get(artifact.uri, range: range) { try await sink.write($0) }
            try await sink.finish(nil)
        }
    }
}
