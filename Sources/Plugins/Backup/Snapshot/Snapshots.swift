import ArtifactStore
import Domain
import Kernel
import NIOPosix

/// The operator's one-click snapshots: made one at a time, checked before they are sent, kept for a while for readers that were cut off
/// (spec: backup.md, "The operator's one-click snapshot").
actor Snapshots {
    /// A snapshot that is staged.
    struct Staged: Sendable {
        let id: String
        let owner: String
        let folder: String
        let store: LocalArtifactStore
        let artifact: StoredArtifact
        let contentType: String
        let madeAt: Duration

        /// The snapshot as a download.
        var download: FileDownload {
            FileDownload(
                store: store, artifact: artifact, name: artifact.key.description, contentType: contentType, tag: id)
        }
    }

    /// How long a snapshot is kept for ranges.
    static let lifetime = Duration.seconds(15 * 60)
    /// What has to stay free beside a snapshot.
    private static let reserve: UInt64 = 16 << 20

    private let source: BundleSource
    private let folders: StagingFolder
    private let time: any TimeSource
    private let metrics: BackupMetrics
    private let freeSpace: @Sendable (StagingFolder) -> UInt64?
    private var running: String?
    private var staged: [Staged] = []

    init(
        source: BundleSource, directory: String, time: any TimeSource, metrics: BackupMetrics,
        freeSpace: @escaping @Sendable (StagingFolder) -> UInt64? = { $0.freeSpace() }
    ) {
        self.source = source
        folders = StagingFolder(directory: directory)
        self.time = time
        self.metrics = metrics
        self.freeSpace = freeSpace
    }

    /// The snapshot that a range is asked of: the one with the tag, or the owner's newest one.
    func find(tag: String?, owner: String) async -> Staged? {
        await removeExpired()
        return staged.last { $0.owner == owner && (tag == nil || tag == "\"\($0.id)\"") }
    }

    /// Makes a snapshot.
    ///
    /// - Throws: ``BackupError`` with `running` while one is being made, `full` where there is no room; nothing is left behind then.
    func make(for owner: String) async throws -> Staged {
        await removeExpired()
        if let running { throw BackupError(.running, "A snapshot is being made.", run: running) }
        let id = EventID.make(at: time.now).description
        running = id
        defer { running = nil }
        try await checkSpace()
        let folder = try await blocking { [folders] in try folders.make() }
        do {
            let made = try await fill(folder, id: id, owner: owner)
            staged.append(made)
            return made
        } catch {
            await remove(folder)
            throw BackupError(any: error)
        }
    }

    /// Removes all of them, at the end, and what a crash left, at the start.
    func removeAll() async {
        staged = []
        do {
            try await blocking { [folders] in folders.removeLeftovers() }
        } catch {
            // The threads have ended; the next start removes them.
        }
    }

    /// Removes those that were kept for long enough.
    func removeExpired() async {
        let now = time.elapsed
        let expired = staged.filter { now - $0.madeAt >= Self.lifetime }
        staged.removeAll { now - $0.madeAt >= Self.lifetime }
        for snapshot in expired { await remove(snapshot.folder) }
        if let free = freeSpace(folders) { metrics.hasStagingSpace(bytes: free) }
    }

    private func fill(_ folder: String, id: String, owner: String) async throws -> Staged {
        let store = LocalArtifactStore(directory: folder)
        try await store.open()
        let name = "mana-sync-backup-\(time.now.seconds)"
        guard let file = ArtifactKey("\(name).db"), let bundle = ArtifactKey("\(name).mana") else {
            throw BackupError(.internalFault, "The snapshot's name is none.")
        }
        let artifact: StoredArtifact
        if try await source.log.copyDatabase(to: "\(folder)/\(file)") != nil {
            artifact = try await store.describe(store.uri(of: file))
        } else {
            artifact = try await store.put(bundle) { @Sendable [source] sink in _ = try await source.write(to: sink) }
            try await BundleCheck(store: store).check(artifact.uri, is: nil)
        }
        return Staged(
            id: id, owner: owner, folder: folder, store: store, artifact: artifact,
            contentType: artifact.key == file ? "application/octet-stream" : "application/zip", madeAt: time.elapsed)
    }

    private func checkSpace() async throws {
        let size = try await source.log.approximateSize()
        guard let free = freeSpace(folders) else { return }
        guard free >= size + Self.reserve else {
            throw BackupError(.full, "There is no room for a snapshot of about \(size) bytes.")
        }
    }

    private func remove(_ folder: String) async {
        do {
            try await blocking { [folders] in folders.remove(folder) }
        } catch {
            // As above.
        }
    }

    private func blocking<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        // Not cancelled half-way: what was made has to be known, to be removed.
        try await Task { try await NIOThreadPool.singleton.runIfActive(work) }.value
    }
}
