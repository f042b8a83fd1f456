public import HummingbirdCore
public import NIOCore
import NIOPosix

extension Request {
    /// The whole body, its content coding undone. To be called once: it consumes the body.
    ///
    /// - Parameter limit: The most bytes, counted on what arrives and again on what it inflates to; a stream that would inflate
    ///   to more is not inflated further.
    /// - Throws: ``Problem``: 413 past the limit, 415 for another coding than gzip, 400 for a broken one; and the connection's
    ///   errors.
    public func collectBody(limit: Int) async throws -> ByteBuffer {
        try await collectBody(limit: limit) { _ in }
    }

    /// The same, telling `hold` how many bytes the body has so far; it may throw.
    func collectBody(limit: Int, hold: (Int) throws -> Void) async throws -> ByteBuffer {
        switch try ContentCoding(of: headers) {
        case .identity: try await collectPlain(limit: limit, hold: hold)
        case .gzip: try await collectInflated(limit: limit, hold: hold)
        }
    }

    private func collectPlain(limit: Int, hold: (Int) throws -> Void) async throws -> ByteBuffer {
        var iterator = body.makeAsyncIterator()
        // The first piece is most often the whole body, and then it is not copied.
        var collected = try await iterator.next() ?? ByteBuffer()
        guard collected.readableBytes <= limit else { throw Problem.payloadTooLarge(limit: limit) }
        try hold(collected.readableBytes)
        while var piece = try await iterator.next() {
            guard collected.readableBytes + piece.readableBytes <= limit else {
                throw Problem.payloadTooLarge(limit: limit)
            }
            try hold(collected.readableBytes + piece.readableBytes)
            collected.writeBuffer(&piece)
        }
        return collected
    }

    private func collectInflated(limit: Int, hold: (Int) throws -> Void) async throws -> ByteBuffer {
        let inflater = try GzipInflater()
        var inflated = ByteBuffer()
        var arrived = 0
        var hasFinished = false
        for try await piece in body {
            arrived += piece.readableBytes
            guard arrived <= limit else { throw Problem.payloadTooLarge(limit: limit) }
            hasFinished = try await inflater.inflateAll(piece, into: &inflated, limit: limit)
            try hold(inflated.readableBytes)
        }
        guard hasFinished else { throw Problem.invalidEncoding }
        return inflated
    }
}

extension GzipInflater {
    /// Inflates all of `piece`: on this thread while the output is small, else on a thread that may be kept busy.
    ///
    /// - Returns: Whether the member has ended.
    fileprivate func inflateAll(_ piece: ByteBuffer, into output: inout ByteBuffer, limit: Int) async throws -> Bool {
        var piece = piece
        let small = min(limit + 1, Self.smallOutput)
        if output.readableBytes < small {
            switch try inflate(&piece, into: &output, limit: small) {
            case .needsInput: return false
            case .finished: return true
            case .outputFull: break
            }
        }
        let (input, started) = (piece, output)
        output = ByteBuffer()
        let (progress, inflated) = try await NIOThreadPool.singleton.runIfActive {
            var input = input
            var inflated = started
            // One byte past the limit tells a body that is too large from one that just fits.
            let progress = try self.inflate(&input, into: &inflated, limit: limit + 1)
            return (progress, inflated)
        }
        output = inflated
        guard output.readableBytes <= limit else { throw Problem.payloadTooLarge(limit: limit) }
        return progress == .finished
    }

    private static let smallOutput = 64 << 10
}
