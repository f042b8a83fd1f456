package import Domain

extension Push {
    /// Refuses a push with a change in a space that it may not write into, unless the change itself is refused.
    package func requireWritableSpaces() throws(StoreError) {
        guard let writableSpaces else { return }
        for change in changes where change.refusal == nil {
            guard let space = change.space, !writableSpaces.contains(space) else { continue }
            throw StoreError(.internalFault, "A push would write into a space that its user may not write into.")
        }
    }
}
