import Domain
import Foundation
import HTTPTypes
import HummingbirdCore
import Kernel
import KernelTesting
import ManaFormat
import NIOCore
import Testing

@Suite("POST /backup/import")
struct ImportTests {
    @Test("What was exported comes back to a server that has lost it, for every device")
    func afterErasure() async throws {
        try await BackupServer.run { server in
            try await server.push(insertion("a", data: #"{"n":1e400}"#) + "," + insertion("b"), client: "phone")
            let archive = try await server.export()
            _ = try await server.send(.delete, "/backup/account", headers: [.confirmErase: "anna"])
            let answer = try await server.restore(archive)
            #expect(answer.status == .ok, "\(answer.text)")
            #expect(answer.text == #"{"imported":2,"duplicates":0,"quarantined":0,"rejected":[]}"#)
            let pulled = try await server.send(
                .get, "/sync/todo/pull?collection=tasks&since=1970-01-01T00:00:00Z",
                headers: [HTTPField.Name.known("X-Client-Id"): "phone"])
            #expect(pulled.text.contains(#""data":{"n":1e400}"#))
        }
    }

    @Test("A repeated import adds nothing, and neither does a dry run")
    func idempotent() async throws {
        try await BackupServer.run { server in
            try await server.push(insertion("a", more: #","eventId":"\#(uuid(1))""#), user: "bert")
            try await server.push(insertion("b") + "," + insertion("taken", more: #","eventId":"\#(uuid(1))""#))
            let archive = try await server.export()
            #expect(try await server.restore(archive).text == Self.report(imported: 0, duplicates: 1, quarantined: 0))
            _ = try await server.send(.delete, "/backup/account", headers: [.confirmErase: "anna"])
            let whole = Self.report(imported: 1, duplicates: 0, quarantined: 1)
            #expect(try await server.restore(archive, query: "?dryRun=true").text == whole)
            #expect(try await server.lines() == [])
            #expect(try await server.restore(archive, query: "?dryRun=false").text == whole)
            #expect(try await server.restore(archive).text == Self.report(imported: 0, duplicates: 1, quarantined: 0))
            #expect(try ArchiveContents(try await server.export()).quarantined.count == 1)
        }
    }

    static func report(imported: Int, duplicates: Int, quarantined: Int) -> String {
        #"{"imported":\#(imported),"duplicates":\#(duplicates),"quarantined":\#(quarantined),"rejected":[]}"#
    }

    @Test("An event whose id another user has taken is listed, and the rest is imported")
    func conflict() async throws {
        try await BackupServer.run { server in
            let archive = try archive([line("a", eventID: 1), line("b", eventID: 2)])
            try await server.push(insertion("of bert", more: #","eventId":"\#(uuid(2))""#), user: "bert")
            let answer = try await server.restore(archive)
            #expect(
                answer.text
                    == #"{"imported":1,"duplicates":0,"quarantined":0,"rejected":[{"index":1,"eventId":"\#(uuid(2))","error":"event_conflict","message":"The event id is taken."}]}"#
            )
        }
    }

    @Test("Timestamps too far ahead are lowered to the bound, all else stays byte for byte")
    func future() async throws {
        try await BackupServer.run { server in
            let now = server.harness.time.now
            let bound = now.advanced(by: .seconds(300)).rfc3339
            let near = now.advanced(by: .seconds(299)).rfc3339
            let archive = try archive([
                line(
                    "a", eventID: 1,
                    #""op":"update","data":{"x":1,"y":2},"#
                        + #""fieldTimestamps":{"x":"9999-01-01T00:00:00Z","y":"\#(near)"}"#),
                line("b", eventID: 2, #""op":"delete","data":{"deletedAt":"9999-01-01T00:00:00Z"}"#),
            ])
            #expect(try await server.restore(archive).status == .ok)
            let changes = try ArchiveContents(try await server.export()).changes
            let timestamps = changes[0].payload.fields?.timestamps.description
            #expect(timestamps == #"{"x":"\#(bound)","y":"\#(near)"}"#)
            #expect(changes[1].payload.deletedAt == bound)
        }
    }

    @Test("An archive past maxImport is refused, and a body with a content coding")
    func limits() async throws {
        try await BackupServer.run(backup: "maxImport: 1KiB") { server in
            let large = try await server.restore(ByteBuffer(repeating: 0x50, count: 1025))
            #expect(large.status == .contentTooLarge)
            let coded = try await server.send(
                .post, "/backup/import", headers: [.contentEncoding: "gzip"], body: ByteBuffer(string: "x"))
            #expect(coded.status == .unsupportedMediaType)
        }
    }

    @Test("Without a token, or with a dryRun that is none, nothing is imported")
    func refusals() async throws {
        try await BackupServer.run { server in
            let archive = try archive([line("a", eventID: 1)])
            let nobody = try await server.send(.post, "/backup/import", user: nil, body: archive)
            #expect(nobody.status == .unauthorized)
            #expect(try await server.restore(archive, query: "?dryRun=yes").status == .badRequest)
            #expect(try await server.lines() == [])
        }
    }

    @Test("Nothing stays in the staging directory, which only its owner may enter")
    func staging() async throws {
        try await BackupServer.run { server in
            #expect(try await server.restore(try archive([line("a", eventID: 1)])).status == .ok)
            let staging = server.folder.appending(path: "staging/deep").path
            #expect(try FileManager.default.contentsOfDirectory(atPath: staging) == [])
            let mode = try FileManager.default.attributesOfItem(atPath: staging)[.posixPermissions] as? NSNumber
            #expect(mode?.intValue == 0o700)
        }
    }

    @Test("A staging directory that cannot be made is a 503 without its path")
    func noStaging() async throws {
        try await BackupServer.run { server in
            let path = server.folder.appending(path: "staging").path
            try Data().write(to: URL(filePath: path))
            let answer = try await server.restore(try archive([line("a", eventID: 1)]))
            #expect(answer.status == .serviceUnavailable)
            #expect(answer.text.contains("staging_unavailable") && !answer.text.contains(path))
        }
    }

    @Test("A user imports one archive at a time, and another user another")
    func oneAtATime() async throws {
        try await BackupServer.run { server in
            let archive = try archive([line("a", eventID: 1)])
            let (begun, began) = AsyncStream.makeStream(of: Void.self)
            let (pieces, source) = AsyncStream.makeStream(of: ByteBuffer.self)
            let body = pieces.map { piece in
                began.yield()
                return piece
            }
            source.yield(ByteBuffer())
            async let first = server.send(
                .post, "/backup/import", user: "anna", streaming: RequestBody(asyncSequence: body))
            for await _ in begun { break }
            let second = try await server.restore(archive)
            #expect(second.status == .conflict)
            #expect(second.text.contains("import_running"))
            #expect(try await server.restore(archive, user: "bert").status == .forbidden)
            source.yield(archive)
            source.finish()
            #expect(try await first.text == Self.report(imported: 1, duplicates: 0, quarantined: 0))
            #expect(try await server.restore(archive).status == .ok)
        }
    }

    @Test("An upload that breaks off leaves nothing, in the log or on disk, and the next one may begin")
    func brokenUpload() async throws {
        try await BackupServer.run { server in
            let archive = try archive([line("a", eventID: 1)])
            let (pieces, source) = AsyncThrowingStream.makeStream(of: ByteBuffer.self)
            source.yield(archive)
            source.finish(throwing: PeerClosedError())
            let answer = try await server.send(
                .post, "/backup/import", user: "anna", streaming: RequestBody(asyncSequence: pieces))
            #expect(answer.status == .badRequest)
            #expect(try await server.lines() == [])
            let staging = server.folder.appending(path: "staging/deep").path
            #expect(try FileManager.default.contentsOfDirectory(atPath: staging) == [])
            #expect(try await server.restore(archive).status == .ok)
        }
    }

    @Test("Many batches and apps come in their order")
    func manyBatches() async throws {
        try await BackupServer.run { server in
            let lines = (0..<1800).map { line("r\($0)", eventID: $0, app: $0 % 7 < 3 ? "todo" : "notes") }
            #expect(
                try await server.restore(try archive(lines)).text
                    == Self.report(imported: 1800, duplicates: 0, quarantined: 0))
            let changes = try ArchiveContents(try await server.export()).changes
            #expect(changes.map(\.record.text) == (0..<1800).map { "r\($0)" })
        }
    }
}

extension BackupServer {
    /// Imports an archive.
    func restore(_ archive: ByteBuffer, query: String = "", user: String = "anna") async throws -> RawAnswer {
        try await send(.post, "/backup/import\(query)", user: user, body: archive)
    }
}
