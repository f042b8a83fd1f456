/// What was built.
public enum BuildInfo {
    /// The version of this server (semver.org), as `--version`, `/health` and the metric `mana_sync_build_info` show it.
    public static let version = "0.1.0"
}
