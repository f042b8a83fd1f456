import Foundation

/// A small disk of its own, which a test can fill.
public enum TestDisk {
    /// Whether this process may mount one: tests that need it say so by `.enabled(if:)`, so that they are reported as skipped elsewhere.
    public static let isAvailable: Bool = {
        let folder = FileManager.default.temporaryDirectory.appending(path: "disk-\(UUID().uuidString)").path
        guard mkdir(folder, 0o700) == 0 else { return false }
        defer { rmdir(folder) }
        guard attach(to: folder, size: "32k") else { return false }
        detach(from: folder)
        return true
    }()

    /// Mounts a disk of `size` (`64k`, `1m`) in a folder; false where that is not allowed.
    public static func attach(to folder: String, size: String) -> Bool {
        #if os(Linux)
            return mount("tmpfs", folder, "tmpfs", 0, "size=\(size),mode=0700") == 0
        #else
            return false
        #endif
    }

    /// Takes it away, whoever still uses it.
    public static func detach(from folder: String) {
        #if os(Linux)
            umount2(folder, 2)
        #endif
    }
}
