public import Kernel

/// Who is in which space: what the sync protocol asks of a plugin that shares records, where there is one (spec: protocol.md, "Spaces").
///
/// Without one a space is a label, and everyone sees their own rows alone.
public protocol SpaceDirectory: Sendable {
    /// Returns once storage grants the user what is known of their spaces: then a read that includes spaces may move a cursor.
    func prepareRead(by user: UserID) async throws(MembershipsUnavailable)

    /// Says which of a push's changes its user may not make, as their refusals, and grants what it learned of the user's spaces.
    ///
    /// - Throws: where that cannot be said now; then nothing may be stored.
    func judge(_ changes: inout [PushedChange], of user: UserID) async throws(MembershipsUnavailable) -> PushPermit
}

/// What a push may do whose changes were judged.
public struct PushPermit: Hashable, Sendable {
    /// The spaces that it may write into; every change that is not refused is in one of them or in none.
    public var writableSpaces: Set<SpaceID>
    /// Whether the answer may bring what others wrote. Not while nothing is known of the user's spaces: the cursor must stay where it is then.
    public var readsDelta: Bool

    /// A permit of its parts.
    public init(writableSpaces: Set<SpaceID>, readsDelta: Bool = true) {
        self.writableSpaces = writableSpaces
        self.readsDelta = readsDelta
    }
}

/// Nothing that counts is known of a user's spaces, and whoever knows does not answer.
public struct MembershipsUnavailable: Error, Hashable, Sendable, CustomStringConvertible, ProblemConvertible {
    /// The error.
    public init() {}

    public var description: String { "nothing is known of the user's spaces" }

    /// 503 `memberships_unavailable`.
    public var problem: Problem {
        Problem.unavailable(
            code: "memberships_unavailable", detail: "Who is in which space cannot be told now.",
            retryAfter: .seconds(5))
    }
}
