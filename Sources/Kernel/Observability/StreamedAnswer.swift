import HTTPTypes
import HummingbirdCore
import NIOCore

extension ResponseBody {
    /// The same body, which tells how it ended.
    ///
    /// - Parameter ended: Called once its last byte is handed to the connection, or its writing has failed.
    func reporting(_ ended: @escaping @Sendable (StreamedAnswer) -> Void) -> ResponseBody {
        ResponseBody(contentLength: contentLength) { writer in
            let count = ByteCount()
            do {
                try await write(CountingWriter(parent: writer, count: count))
            } catch {
                ended(StreamedAnswer(bytes: count.bytes, isWhole: false))
                throw error
            }
            ended(StreamedAnswer(bytes: count.bytes, isWhole: true))
        }
    }
}

/// How an answer ended whose length nobody knew at its start.
struct StreamedAnswer: Sendable {
    /// The bytes of its body.
    var bytes: Int
    /// Whether all of it was written; not where the peer went away or making it failed.
    var isWhole: Bool
}

/// Outlives the writer, which its last call consumes.
private final class ByteCount {
    var bytes = 0
}

private struct CountingWriter: ResponseBodyWriter {
    var parent: any ResponseBodyWriter
    let count: ByteCount

    mutating func write(_ buffer: ByteBuffer) async throws {
        try await parent.write(buffer)
        count.bytes += buffer.readableBytes
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        try await parent.finish(trailingHeaders)
    }
}
