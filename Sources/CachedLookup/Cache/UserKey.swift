/// A user's id as the key of a table: compared byte by byte.
///
/// `String` takes canonically equivalent texts for one; two users must never share an answer.
struct UserKey: Hashable, Sendable {
    let id: String

    static func == (left: UserKey, right: UserKey) -> Bool {
        left.id.utf8.elementsEqual(right.id.utf8)
    }

    func hash(into hasher: inout Hasher) {
        var id = id
        id.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
