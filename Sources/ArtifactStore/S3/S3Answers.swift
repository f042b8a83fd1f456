import NIOCore

/// An answer of an S3-compatible service that is none of success.
struct S3Fault {
    let status: UInt
    let body: ByteBuffer
    /// Which service and bucket.
    let place: String

    /// What it means here. The service's code is kept, its text is not: it may repeat the request.
    var error: ArtifactError {
        let code = S3XML(String(buffer: body)).first("Code") ?? "no code"
        let cause = "status \(status), \(code)"
        switch (status, code) {
        case (404, "NoSuchBucket"):
            return ArtifactError(.misconfigured, "The S3 bucket does not exist: \(place).", cause: cause)
        case (404, _): return ArtifactError(.notFound, "There is no such artifact.", cause: cause)
        case (401, _), (403, _):
            return ArtifactError(.denied, "The S3 service refuses the request: \(place).", cause: cause)
        case (507, _), (_, "QuotaExceeded"), (_, "XMinioStorageFull"):
            return ArtifactError(.full, "The S3 service has no space left: \(place).", cause: cause)
        case (408, _), (429, _), (500..., _), (_, "RequestTimeout"), (_, "SlowDown"):
            return ArtifactError(.unavailable, "The S3 service has a fault of its own: \(place).", cause: cause)
        default: return ArtifactError(.misconfigured, "The S3 service refuses the request: \(place).", cause: cause)
        }
    }
}

/// The elements of an answer in XML, found by their names: S3's answers have no attributes and no text that could be taken for a tag.
struct S3XML {
    private let text: Substring

    init(_ text: some StringProtocol) {
        self.text = Substring(text)
    }

    /// The text of the first element of a name, unescaped.
    func first(_ name: String) -> String? {
        all(name).first.map { Self.unescaped($0.text) }
    }

    /// All elements of a name, in order.
    func all(_ name: String) -> [S3XML] {
        var found: [S3XML] = []
        var rest = text
        while let start = rest.firstRange(of: "<\(name)>") {
            rest = rest[start.upperBound...]
            guard let end = rest.firstRange(of: "</\(name)>") else { break }
            found.append(S3XML(rest[..<end.lowerBound]))
            rest = rest[end.upperBound...]
        }
        return found
    }

    private static func unescaped(_ text: Substring) -> String {
        var result = String(text)
        for (escape, character) in [
            ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#34;", "\""), ("&apos;", "'"), ("&amp;", "&"),
        ] {
            result.replace(escape, with: character)
        }
        return result
    }
}
