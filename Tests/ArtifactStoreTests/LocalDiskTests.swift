import ArtifactStore
import Foundation
import Kernel
import KernelTesting
import NIOCore
import Testing

@Suite("The store on local disk")
struct LocalDiskTests {
    @Test("makes its directory 0700 and its files 0600")
    func modes() async throws {
        try await TemporaryDirectory.with { folder in
            let store = LocalArtifactStore(directory: "\(folder)/deep/backups")
            try await store.open()
            try await store.put(key("a"), "x")
            #expect(try mode("\(folder)/deep/backups") == 0o700)
            #expect(try mode("\(folder)/deep/backups/a") == 0o600)
        }
    }

    @Test("refuses a directory that others may look into")
    func openDirectory() async throws {
        try await TemporaryDirectory.with { folder in
            chmod(folder, 0o755)
            await fails(.misconfigured) { try await LocalArtifactStore(directory: folder).open() }
        }
    }

    @Test("refuses an artifact that is a link, a folder or a pipe")
    func links() async throws {
        try await TemporaryDirectory.with { folder in
            let store = LocalArtifactStore(directory: "\(folder)/b")
            try await store.open()
            symlink("/etc/passwd", "\(folder)/b/link")
            mkdir("\(folder)/b/folder", 0o700)
            mkfifo("\(folder)/b/pipe", 0o600)
            for name in ["link", "folder", "pipe"] {
                let uri = store.uri(of: try key(name))
                await fails(.foreignURI) { _ = try await store.bytes(uri) }
            }
            #expect(try await store.list().isEmpty)
        }
    }

    @Test("refuses to work where a link was put on the way to its directory")
    func linkOnTheWay() async throws {
        try await TemporaryDirectory.with { folder in
            let store = LocalArtifactStore(directory: "\(folder)/above/b")
            try await store.open()
            let stored = try await store.put(key("a"), "x")
            try FileManager.default.moveItem(atPath: "\(folder)/above", toPath: "\(folder)/moved")
            symlink("\(folder)/moved", "\(folder)/above")
            await fails(.misconfigured) { _ = try await store.bytes(stored.uri) }
        }
    }

    @Test("its URIs escape what its directory's name needs, in one way only")
    func escapes() async throws {
        try await TemporaryDirectory.with { folder in
            let store = LocalArtifactStore(directory: "\(folder)/with space")
            try await store.open()
            let stored = try await store.put(key("a"), "x")
            #expect(stored.uri.description.hasSuffix("/with%20space/a"))
            #expect(try await store.bytes(stored.uri).readableBytes == 1)
            let other = ArtifactURI(stored.uri.description.replacingOccurrences(of: "%20", with: " "))
            await fails(.foreignURI) { _ = try await store.bytes(other) }
        }
    }

    @Test("removes drafts that a crash left, once they are old enough")
    func drafts() async throws {
        try await TemporaryDirectory.with { folder in
            let store = LocalArtifactStore(directory: "\(folder)/b")
            try await store.open()
            try await store.put(key("whole"), "x")
            try Data("half".utf8).write(to: URL(filePath: "\(folder)/b/half~1x"))
            #expect(try await store.list().map(\.key.description) == ["whole"])
            #expect(try await store.removeAbandoned(before: UnixTime(seconds: 1)) == 0)
            #expect(try await store.removeAbandoned(before: UnixTime(seconds: 4_000_000_000)) == 1)
            #expect(TemporaryDirectory.names(in: "\(folder)/b") == ["whole"])
        }
    }

    @Test("says that the disk is full, and leaves nothing behind", .enabled(if: TestDisk.isAvailable))
    func fullDisk() async throws {
        try await TemporaryDirectory.with { folder in
            let disk = "\(folder)/disk"
            mkdir(disk, 0o700)
            try #require(TestDisk.attach(to: disk, size: "1m"))
            defer { TestDisk.detach(from: disk) }
            let store = LocalArtifactStore(directory: disk)
            try await store.open()
            await fails(.full) { try await store.put(key("a"), pattern: 3 << 20) }
            #expect(TemporaryDirectory.names(in: disk).isEmpty)
        }
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }
}
