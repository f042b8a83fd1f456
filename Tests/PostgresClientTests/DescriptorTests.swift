import Foundation
import PostgresClient
import PostgresFixture
import Testing

struct DescriptorTests {
    @Test("a client that was shut down leaves no descriptor open")
    func noLeaks() async throws {
        let url = try await PostgresServer.shared().url()
        // In a process of its own, where nobody else opens any.
        await #expect(processExitsWith: .success) { [url = url as String] in
            var open: [Int] = []
            for round in 0..<3 {
                let configuration = try PostgresConfiguration(url: url, password: PostgresServer.password)
                let client = try PostgresClient(configuration, logger: .silent)
                _ = try await client.query(.echo(1))
                var events = client.events(of: ["a"]).makeAsyncIterator()
                _ = await events.next()
                await client.shutdown()
                let count = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
                // The first round opens what the process keeps (libraries, random numbers).
                if round > 0 { open.append(count) }
            }
            try #require(open[0] == open[1])
        }
    }
}
