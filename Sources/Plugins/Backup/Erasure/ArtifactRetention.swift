import Kernel

/// What whoever keeps the operator's artifacts knows of how long those that exist stay (spec: backup.md, "Erasure").
protocol ArtifactRetention: Sendable {
    /// How long artifacts that exist now keep what was just erased.
    func hold() async throws -> ArtifactHold
}

/// How long artifacts keep data that was erased. What is restored of them is erased again.
enum ArtifactHold: Hashable, Sendable {
    /// There are none.
    case none
    /// The last of them is removed then.
    case until(UnixTime)
    /// Nobody has set a time.
    case untilRemoved

    /// `{"exist":false}`, or `{"exist":true,"removedBy":"…"}`, without a time where there is none.
    var json: String {
        var object = JSONObject()
        object.add("exist", self != .none)
        if case .until(let time) = self { object.add("removedBy", time.rfc3339) }
        return object.text
    }
}
