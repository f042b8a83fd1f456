import Foundation
import Kernel

/// A key that stands in the configuration, or in a file that it names.
enum SecretSource {
    /// The key. Reads the file.
    ///
    /// - Throws: ``BackupError`` where there is none, or the file cannot be read.
    static func load(_ secret: Secret?, file: String?, called name: String) throws(BackupError) -> Secret {
        if let secret { return secret }
        guard let file else { throw BackupError(.misconfigured, "\(name) is not set.") }
        do {
            let text = try String(contentsOfFile: file, encoding: .utf8)
            return Secret(text.trimmingCharacters(in: .whitespacesAndNewlines))
        } catch {
            throw BackupError(.misconfigured, "\(name) cannot be read from \(file).", cause: "\(error)")
        }
    }
}
