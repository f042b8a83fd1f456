/// The version of the server (semantic versioning 2.0.0).
public enum ServerVersion {
    /// As `--version`, `/health` and the metrics show it.
    public static let current = "0.1.0"
}
