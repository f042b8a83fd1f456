import Archive
import HTTPTypes
import Kernel
import KernelTesting
import ManaFormat
import NIOCore
import Testing

@Suite("An export that breaks off")
struct CutExportTests {
    @Test("Its user's erasure ends it without its end, in either form", arguments: ["mana", "jsonl"])
    func erased(format: String) async throws {
        try await BackupServer.run { server in
            try await server.pushPages(6)
            let answer = try await server.harness.open(
                .get, "/backup/export?format=\(format)", headers: try server.harness.authorization(of: "anna"))
            _ = try await answer.next()
            let erasure = try await server.send(.delete, "/backup/account", headers: [.confirmErase: "anna"])
            #expect(erasure.status == .ok)
            await #expect(throws: (any Error).self) {
                while try await answer.next() != nil {}
            }
            #expect(try await server.metric(#"mana_sync_exports_total{result="cut"}"#) == "1")
        }
    }

    @Test("A peer that leaves ends it")
    func peerLeaves() async throws {
        try await BackupServer.run { server in
            try await server.pushPages(6)
            let answer = try await server.harness.open(
                .get, "/backup/export", headers: try server.harness.authorization(of: "anna"))
            _ = try await answer.next()
            await answer.leave()
            #expect(try await server.metric(#"mana_sync_exports_total{result="cut"}"#) == "1")
        }
    }

    @Test("What was sent of an archive by then is taken for whole by no reader of it")
    func truncated() async throws {
        try await BackupServer.run { server in
            try await server.push(insertion("a"))
            let whole = try await server.export()
            for length in stride(from: 0, to: whole.readableBytes, by: 7) {
                let cut = try #require(whole.getSlice(at: 0, length: length))
                #expect(throws: ManaError.self, "\(length) bytes") { try ArchiveContents(cut) }
            }
        }
    }
}

extension BackupServer {
    /// Pushes so much that an export of it has about so many pages.
    func pushPages(_ count: Int) async throws {
        // Random text, which deflate makes little smaller.
        let text = (0..<200_000).map { _ in "abcdefghijklmnopqrstuvwxyz0123456789".randomElement() ?? "a" }
        for number in 0..<(2 * count) {
            try await push(insertion("r\(number)", data: #"{"t":"\#(String(text.shuffled()))"}"#))
        }
    }
}
