public import Kernel

/// The section `plugins.backup`.
public struct BackupConfig: ConfigSection {
    /// Where archives that are being imported are kept meanwhile; made where it is missing, for the owner alone.
    public var stagingDirectory = "data/staging"
    /// The largest archive that is imported.
    public var maxImport = ByteSize.gibibytes(1)

    /// The defaults.
    public init() {}

    public func validate(_ check: inout ConfigCheck) {
        check.require(!stagingDirectory.isEmpty, "stagingDirectory", "must not be empty")
        check.require(maxImport >= .kibibytes(1), "maxImport", "must be at least 1KiB")
    }
}
