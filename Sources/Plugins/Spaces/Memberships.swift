import CachedLookup
import Domain
import JSONScanner

/// What the auth service says of a user's spaces.
struct Memberships: Hashable, Sendable {
    /// The spaces that the user is in, and what they may do there.
    private(set) var access: [SpaceID: SpaceAccess] = [:]

    /// The spaces that the user is in by a role that may write.
    var writableSpaces: Set<SpaceID> { Set(access.lazy.filter { $0.value == .readWrite }.map(\.key)) }

    /// Reads `{"userId":…,"memberships":[{"organizationId":…,"role":…}]}`; other members are ignored. Personal spaces are none that one is a
    /// member of, whoever says so. Of several roles in a space the one that may write counts.
    ///
    /// - Parameter readOnlyRoles: In lower case, as which roles are read: who may only read does not come to write by a capital letter.
    init(json: [UInt8], of user: UserID, readOnlyRoles: Set<String>) throws(LookupFailure) {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: json)
        } catch {
            throw LookupFailure(.unreadable, "the answer is not JSON as it should be: \(error)")
        }
        guard document["userId"]?.string.map({ UserID($0) == user }) == true else {
            throw LookupFailure(.unreadable, "the answer is not about the user who was asked about")
        }
        guard let elements = document["memberships"]?.elements else {
            throw LookupFailure(.unreadable, "the answer has no list 'memberships'")
        }
        for element in elements {
            guard let space = element["organizationId"]?.string, !space.isEmpty, space.utf8.count <= longestName,
                !space.utf8.contains(0), let role = element["role"]?.string
            else {
                throw LookupFailure(.unreadable, "a membership lacks an 'organizationId' or a 'role' that is a text")
            }
            guard !PersonalSpace.contains(SpaceID(space)) else { continue }
            if !readOnlyRoles.contains(role.lowercased()) {
                access[SpaceID(space)] = .readWrite
            } else if access[SpaceID(space)] == nil {
                access[SpaceID(space)] = .readOnly
            }
        }
    }
}

/// `_personal:<userId>`: everyone's own space.
enum PersonalSpace {
    private static let prefix = "_personal:"

    /// That of a user.
    static func of(_ user: UserID) -> SpaceID { SpaceID(prefix + user.text) }

    /// Whether a space is somebody's own.
    static func contains(_ space: SpaceID) -> Bool { space.text.utf8.starts(with: prefix.utf8) }
}
