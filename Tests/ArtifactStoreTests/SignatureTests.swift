import Foundation
import JSONScanner
import Kernel
import NIOCore
import Testing

@testable import ArtifactStore

@Suite("Signatures of requests to S3")
struct SignatureTests {
    private static let table: (time: UnixTime, requests: [JSONValue]) = {
        let file = Bundle.module.bundleURL.appending(path: "Fixtures/signatures.json")
        guard let text = try? Data(contentsOf: file), let json = try? JSONValue(parsing: Array(text)),
            let time = json["time"]?.string.flatMap({ UnixTime(rfc3339: $0) }),
            let requests = json["requests"]?.elements
        else { return (.epoch, []) }
        return (time, requests)
    }()

    @Test("there is a table of them")
    func isThere() {
        #expect(Self.table.requests.count > 10)
    }

    @Test("are those that botocore makes", arguments: table.requests.indices)
    func equalsBotocore(index: Int) throws {
        let row = Self.table.requests[index]
        let signature = SignatureV4(
            credentials: S3Credentials(
                accessKeyID: "AKIDEXAMPLE", secretAccessKey: Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
                sessionToken: row["token"]?.string.map { Secret($0) }),
            region: try #require(row["region"]?.string))
        var request = S3Request(
            method: try #require(row["method"]?.string), host: try #require(row["host"]?.string),
            path: try #require(row["path"]?.string))
        request.query = pairs(row["query"])
        request.headers = pairs(row["headers"])
        request.body = ByteBuffer(string: row["body"]?.string ?? "")
        let fields = signature.fields(for: request, at: Self.table.time)
        #expect(fields.first { $0.name == "x-amz-content-sha256" }?.value == row["hash"]?.string)
        #expect(fields.first { $0.name == "authorization" }?.value == row["authorization"]?.string)
    }

    private func pairs(_ json: JSONValue?) -> [(name: String, value: String)] {
        (json?.elements ?? []).compactMap { pair in
            guard let elements = pair.elements, elements.count == 2, let name = elements[0].string,
                let value = elements[1].string
            else { return nil }
            return (name, value)
        }
    }
}
