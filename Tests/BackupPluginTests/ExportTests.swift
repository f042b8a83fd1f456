import Domain
import HTTPTypes
import Kernel
import KernelTesting
import ManaFormat
import NIOCore
import Testing

@Suite("GET /backup/export")
struct ExportTests {
    @Test("An archive has everything that the user authored, of all apps, and nothing of others")
    func archive() async throws {
        try await BackupServer.run { server in
            try await server.push(insertion("t1") + "," + insertion("t2"), client: "phone")
            try await server.push(insertion("n1"), app: "notes", client: "laptop")
            try await server.push(
                insertion("b1", data: #"{"of":"bert"}"#, more: #","eventId":"\#(uuid(1))""#), user: "bert")
            try await server.push(insertion("taken", more: #","eventId":"\#(uuid(1))""#))
            let contents = try ArchiveContents(try await server.export())
            #expect(contents.changes.map(\.record.text) == ["t1", "t2", "n1"])
            #expect(contents.changes.map(\.app.text) == ["todo", "todo", "notes"])
            #expect(contents.changes.map(\.client?.text) == ["phone", "phone", "laptop"])
            #expect(contents.quarantined.map(\.record.text) == ["taken"])
            #expect(contents.quarantined.map(\.reason) == [.eventConflict])
            let manifest = try #require(contents.manifest)
            #expect(manifest.user.text == "anna")
            #expect(manifest.eventCount == 3)
            #expect(manifest.apps.map(\.text) == ["notes", "todo"])
            #expect(manifest.createdAt == server.harness.time.now)
        }
    }

    @Test("Values come out byte for byte as they were pushed")
    func bytes() async throws {
        let data = #"{"n":9007199254740993,"z":-0,"e":1e400,"d":1.0,"b":1,"a":2,"a":3,"u":"\u0000","s":"\ud800"}"#
        try await BackupServer.run { server in
            try await server.push(insertion("t1", data: data, more: #","actor":{"x":1e5}"#))
            #expect(try await server.lines()[0].contains(#""data":\#(data),"#))
            let change = try ArchiveContents(try await server.export()).changes[0]
            #expect(change.payload.data?.description == data)
            #expect(change.payload.actor?.description == #"{"x":1e5}"#)
        }
    }

    @Test("The headers name the file and keep caches, proxies and sniffers off", arguments: ["mana", "jsonl"])
    func headers(format: String) async throws {
        try await BackupServer.run { server in
            let answer = try await server.send(.get, "/backup/export?format=\(format)")
            #expect(answer.headers[.contentType] == (format == "mana" ? "application/zip" : "application/x-ndjson"))
            let name = try ManaFileName(
                user: UserID("anna"), time: server.harness.time.now,
                format: try #require(ManaFileName.Format(rawValue: format)))
            #expect(answer.headers[.contentDisposition] == "attachment; filename=\"\(name)\"")
            #expect(answer.headers[.contentTypeOptions] == "nosniff")
            #expect(answer.headers[.cacheControl] == "no-store")
            #expect(answer.headers[.accelBuffering] == "no")
        }
    }

    @Test("A user id that is no plain file name is replaced in the header, not in the manifest")
    func awkwardUser() async throws {
        try await BackupServer.run { server in
            let answer = try await server.send(.get, "/backup/export", user: "org|anna@example.org")
            let name = try #require(answer.headers[.contentDisposition])
            #expect(name.wholeMatch(of: /attachment; filename="mana-backup-[0-9a-f]{16}-\d{8}-\d{6}\.mana"/) != nil)
            #expect(try ArchiveContents(answer.body).manifest?.user.text == "org|anna@example.org")
        }
    }

    @Test(
        "The form is that of format, else that of Accept, else the archive",
        arguments: [
            ("", "", "application/zip"), ("", "*/*", "application/zip"),
            ("", "application/x-ndjson", "application/x-ndjson"),
            ("", "text/html, Application/X-NDJSON;q=0.9", "application/x-ndjson"),
            ("", "application/x-ndjson2", "application/zip"),
            ("?format=mana", "application/x-ndjson", "application/zip"), ("?format=jsonl", "", "application/x-ndjson"),
        ])
    func form(query: String, accept: String, type: String) async throws {
        try await BackupServer.run { server in
            let headers: HTTPFields = accept.isEmpty ? [:] : [.accept: accept]
            let answer = try await server.send(.get, "/backup/export\(query)", headers: headers)
            #expect(answer.status == .ok)
            #expect(answer.headers[.contentType] == type)
        }
    }

    @Test("A form that there is not is refused", arguments: ["zip", "", "MANA", "mana%00"])
    func unknownForm(format: String) async throws {
        try await BackupServer.run { server in
            let answer = try await server.send(.get, "/backup/export?format=\(format)")
            #expect(answer.status == .badRequest)
            #expect(answer.text.contains(#""error":"invalid_format""#))
        }
    }

    @Test("Without a token there is no export, and the token is all that is asked for")
    func access() async throws {
        try await BackupServer.run { server in
            #expect(try await server.send(.get, "/backup/export", user: nil).status == .unauthorized)
            let route = try #require(server.harness.plan.routes.first { $0.route.path == "/backup/export" })
            #expect(route.route.access == .requires([.authenticated]))
        }
    }

    @Test("The export of a user without changes is whole", arguments: ["anna", "nobody"])
    func empty(user: String) async throws {
        try await BackupServer.run { server in
            let contents = try ArchiveContents(try await server.export(of: user))
            #expect(contents.changes.isEmpty && contents.quarantined.isEmpty)
            #expect(contents.manifest?.eventCount == 0)
            #expect(try await server.lines(of: user) == [])
        }
    }

    @Test("An export of many pages has each change once, and is counted")
    func manyPages() async throws {
        let text = String(repeating: "x", count: 300)
        try await BackupServer.run { server in
            for batch in 0..<5 {
                let changes = (0..<700).map { insertion("r\(batch * 700 + $0)", data: #"{"t":"\#(text)"}"#) }
                try await server.push(changes.joined(separator: ","))
            }
            let contents = try ArchiveContents(try await server.export())
            #expect(contents.changes.map(\.record.text) == (0..<3500).map { "r\($0)" })
            #expect(contents.manifest?.eventCount == 3500)
            #expect(try await server.lines().count == 3500)
            #expect(try await server.metric(#"mana_sync_exports_total{result="whole"}"#) == "2")
        }
    }

    @Test(
        "A reader that has not taken a page keeps the next from being read, and what is pushed meanwhile is not in it")
    func slowReader() async throws {
        let text = String(repeating: "x", count: 100_000)
        try await BackupServer.run { server in
            for number in 0..<8 { try await server.push(insertion("r\(number)", data: #"{"t":"\#(text)"}"#)) }
            let answer = try await server.harness.open(
                .get, "/backup/export?format=jsonl", headers: try server.harness.authorization(of: "anna"))
            var read = try #require(try await answer.next())
            try await server.push(insertion("late"))
            #expect(read.utf8.count < 400_000)
            while let piece = try await answer.next() { read += piece }
            #expect(read.split(separator: "\n").count == 8)
        }
    }
}
