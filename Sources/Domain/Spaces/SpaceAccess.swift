/// What a member of a space may do in it (spec: protocol.md, "Spaces").
public enum SpaceAccess: Hashable, Sendable {
    /// See its rows.
    case readOnly
    /// See its rows, and write into it.
    case readWrite
}
