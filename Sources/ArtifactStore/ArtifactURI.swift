/// Where an artifact is, as a catalog remembers it: `file:///srv/backups/nightly.mana`, `s3://bucket/prefix/nightly.mana`.
///
/// Any text can be one; whether it names an artifact, the store decides that is asked for it.
public struct ArtifactURI: Hashable, Sendable, CustomStringConvertible {
    /// The text.
    public let description: String

    /// The URI of a text, as it is.
    public init(_ text: String) {
        description = text
    }
}
