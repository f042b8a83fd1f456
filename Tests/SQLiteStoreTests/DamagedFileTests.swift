import Domain
import Foundation
import StorageShared
import StoreContracts
import Testing

@testable import SQLiteStore

/// A file that no server may open, made from a good database.
struct BrokenFile: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var code = StoreError.Code.unusable
    let spoil: @Sendable (URL) throws -> Void

    static let all = [
        BrokenFile(testDescription: "text") { try Data("These are no pages.".utf8).write(to: $0) },
        BrokenFile(testDescription: "random bytes") { file in
            try Data((0..<40_000).map { _ in UInt8.random(in: 0...255) }).write(to: file)
        },
        BrokenFile(testDescription: "a spoilt header") { try overwrite($0, at: 3, with: Data("XXXX".utf8)) },
        BrokenFile(testDescription: "a file cut to half") { file in
            let data = try Data(contentsOf: file)
            try data.prefix(data.count / 2).write(to: file)
        },
        BrokenFile(testDescription: "a file cut by a byte") { file in
            try Data(contentsOf: file).dropLast().write(to: file)
        },
        BrokenFile(testDescription: "a file of the header alone") { file in
            try Data(contentsOf: file).prefix(100).write(to: file)
        },
        BrokenFile(testDescription: "a spoilt page") { file in
            try overwrite(file, at: 3 * 4096, with: Data(repeating: 0xA5, count: 4096))
        },
        BrokenFile(testDescription: "a spoilt schema") { file in
            try overwrite(file, at: 100, with: Data(repeating: 0xA5, count: 3000))
        },
        BrokenFile(testDescription: "a database of another program") { file in
            try edit(file, "PRAGMA application_id = 42")
        },
        BrokenFile(testDescription: "a database of nobody's") { file in
            try FileManager.default.removeItem(at: file)
            try Data().write(to: file)
            try edit(file, "CREATE TABLE notes (text TEXT)")
        },
        BrokenFile(testDescription: "a folder") { file in
            try FileManager.default.removeItem(at: file)
            try FileManager.default.createDirectory(at: file, withIntermediateDirectories: false)
        },
        BrokenFile(testDescription: "a newer schema", code: .newerSchema) { file in
            try edit(file, "INSERT INTO migrations VALUES ('storage', '9999-later', 1)")
        },
    ]

    private static func overwrite(_ file: URL, at offset: UInt64, with data: Data) throws {
        let handle = try FileHandle(forWritingTo: file)
        try handle.seek(toOffset: offset)
        try handle.write(contentsOf: data)
        try handle.close()
    }

    private static func edit(_ file: URL, _ sql: String) throws {
        try SQLiteConnection(path: file.path, for: .writing).execute(sql)
    }
}

@Suite("A file that cannot be used")
struct DamagedFileTests {
    @Test("is refused with its reason and left as it is", arguments: BrokenFile.all)
    func refused(_ broken: BrokenFile) async throws {
        try await SQLiteFixture.withStore { fixture in
            for index in 0..<50 { try await fixture.store.store(push([insert("r\(index)")])) }
            await fixture.store.stop()
            let file = URL(filePath: fixture.path)
            try broken.spoil(file)
            let before = FileManager.default.contents(atPath: file.path)
            let error = await #expect(throws: StoreError.self) { try await fixture.store.start() }
            #expect(error?.code == broken.code)
            #expect(FileManager.default.contents(atPath: file.path) == before)
            let shown = #expect(throws: StoreError.self) { try status(of: file, broken) }
            #expect(shown?.code == broken.code)
            #expect(!FileManager.default.fileExists(atPath: file.path + "-wal"))
        }
    }

    /// `db status` shows a newer schema where the server refuses it.
    private func status(of file: URL, _ broken: BrokenFile) throws {
        let status = try SQLiteStore.migrationStatus(path: file.path)
        guard broken.code == .newerSchema, status.contains(where: { $0.name == "9999-later" }) else { return }
        throw StoreError(.newerSchema, "as it should be")
    }

    @Test("An empty file is a database to be")
    func empty() async throws {
        try await SQLiteFixture.withStore { fixture in
            let path = fixture.folder.path + "/empty.db"
            try Data().write(to: URL(filePath: path))
            let store = SQLiteStore(SQLiteStoreConfig(path: path))
            try await store.start()
            #expect(try await store.store(push([insert("a")])).stored == 1)
            await store.stop()
        }
    }

    @Test("A page that is found spoilt while the store runs fails the read, not the server")
    func spoiltInUse() async throws {
        try await SQLiteFixture.withStore { fixture in
            for index in 0..<50 { try await fixture.store.store(push([insert("r\(index)")])) }
            try await fixture.reopen()
            let connection = try SQLiteConnection(path: fixture.path, for: .inspecting)
            let root = try connection.integer("SELECT rootpage FROM sqlite_schema WHERE name = 'sync_changes_by_app'")
            let handle = try FileHandle(forWritingTo: URL(filePath: fixture.path))
            try handle.seek(toOffset: UInt64(try #require(root) - 1) * 4096)
            try handle.write(contentsOf: Data(repeating: 0xFF, count: 4096))
            try handle.close()
            let error = await #expect(throws: StoreError.self) { try await fixture.log.page() }
            #expect(error?.code == .unusable)
            try await fixture.store.healthCheck()
        }
    }
}
