import Kernel
import NIOCore
import NIOHTTP1

/// Collects the bytes of an artifact into parts, and sends each when it is full: in one request where there is only one, else as a
/// multipart upload. Memory: one part.
actor S3Upload: ArtifactSink {
    private let client: S3Client
    private let key: ArtifactKey
    private var pending = ByteBuffer()
    private var uploadID: String?
    private var tags: [String] = []
    private(set) var size: UInt64 = 0

    init(_ key: ArtifactKey, client: S3Client) {
        self.key = key
        self.client = client
    }

    func write(_ bytes: ByteBuffer) async throws {
        var bytes = bytes
        size += UInt64(bytes.readableBytes)
        while bytes.readableBytes > 0 {
            let room = client.settings.size(ofPart: tags.count + 1) - pending.readableBytes
            if var piece = bytes.readSlice(length: min(room, bytes.readableBytes)) { pending.writeBuffer(&piece) }
            // The last part may be of any size, so a full one waits for the byte that follows it.
            if bytes.readableBytes > 0 { try await sendPart() }
        }
    }

    /// Sends what is left; the artifact is there afterwards.
    func finish() async throws(ArtifactError) {
        guard let uploadID else {
            var request = client.request("PUT", key: key)
            request.body = pending
            _ = try await client.answer(to: request)
            return
        }
        try await sendPart()
        var request = client.request("POST", key: key)
        request.query = [("uploadId", uploadID)]
        let parts = tags.enumerated().map { "<Part><PartNumber>\($0 + 1)</PartNumber><ETag>\($1)</ETag></Part>" }
        request.body = ByteBuffer(string: "<CompleteMultipartUpload>\(parts.joined())</CompleteMultipartUpload>")
        let answer = try await client.answer(to: request)
        // A failure may come after the head with its 200 has gone (S3 API Reference, CompleteMultipartUpload).
        guard S3XML(answer.text).first("Code") == nil else {
            throw S3Fault(status: 500, body: answer.body, place: client.place).error
        }
        self.uploadID = nil
    }

    /// Gives up a multipart upload, so that its parts take no space.
    func abort() async throws(ArtifactError) {
        guard let uploadID else { return }
        try await client.abort(uploadID, of: key)
    }

    private func sendPart() async throws(ArtifactError) {
        let uploadID = try await begunUpload()
        var request = client.request("PUT", key: key)
        request.query = [("partNumber", "\(tags.count + 1)"), ("uploadId", uploadID)]
        request.body = pending
        let answer = try await client.answer(to: request)
        guard let tag = answer.headers.first(name: "etag") else {
            throw ArtifactError(.unavailable, "The S3 service took a part without naming it.")
        }
        tags.append(tag)
        pending = ByteBuffer()
    }

    private func begunUpload() async throws(ArtifactError) -> String {
        if let uploadID { return uploadID }
        var request = client.request("POST", key: key)
        request.query = [("uploads", "")]
        request.headers = [("content-type", "application/octet-stream")]
        guard let begun = S3XML(try await client.answer(to: request).text).first("UploadId") else {
            throw ArtifactError(.unavailable, "The S3 service began an upload without naming it.")
        }
        uploadID = begun
        return begun
    }
}

extension S3Client {
    /// Gives up a multipart upload; one that is not there is given up already.
    func abort(_ uploadID: String, of key: ArtifactKey) async throws(ArtifactError) {
        var request = request("DELETE", key: key)
        request.query = [("uploadId", uploadID)]
        do throws(ArtifactError) {
            _ = try await answer(to: request)
        } catch  where error.code == .notFound {}
    }
}
