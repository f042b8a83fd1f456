import NIOCore

/// A table that is filled once and then only read: so many changes of each user.
struct BenchTable {
    /// Its name, of which the recording has changes.
    static let name = "tasks"

    /// Changes of each user.
    let rows: Int

    /// Gives each user its changes.
    ///
    /// - Returns: the cursors behind the last ones, in the users' order.
    func fill(_ server: ServerUnderTest, users: Int, from corpus: ChangeCorpus) throws -> [String] {
        let corpus = try corpus.only(table: Self.name)
        return try server.devices(users).enumerated().map { number, device in
            var push = PushConversation(
                devices: [device], changes: rows / 5, withEventIDs: false, corpus: corpus, connection: number)
            for _ in 0..<5 {
                var request = ByteBuffer()
                push.writeRequest(into: &request)
                try push.accept(BlockingClient.exchange(request, port: server.port))
            }
            return push.cursor
        }
    }

    /// Pulls of so many of the changes as other devices of the same users would: nothing is the asker's own.
    ///
    /// - Parameter cursors: where each user's pulls begin.
    static func requests(
        of page: Int, _ server: ServerUnderTest, _ devices: [Device], since cursors: [String]
    ) throws -> (requests: [ByteBuffer], lengths: ClosedRange<Int>) {
        var lengths: [Int] = []
        let requests = try zip(devices, cursors).map { device, cursor in
            let path =
                "/sync/\(Device.app)/pull?collection=\(name)&since=\(cursor)&limit=\(max(1, page))"
            let request = ByteBuffer.get(path, as: device)
            let answer = try BlockingClient.exchange(request, port: server.port)
            guard answer.status == 200, try ChangePage(answer.body).changes == page else {
                throw BenchmarkError("a pull was answered \(answer.status): \(answer.text.prefix(400))")
            }
            lengths.append(answer.body.readableBytes)
            return request
        }
        return (requests, (lengths.min() ?? 0)...(lengths.max() ?? 0))
    }
}

extension Array {
    /// The elements of one of so many connections, where each is one connection's alone.
    func share(of connection: Int, among connections: Int) -> [Element] {
        indices.filter { $0 % connections == connection }.map { self[$0] }
    }
}
