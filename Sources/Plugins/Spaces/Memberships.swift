import CachedLookup
import Domain
import JSONScanner

/// What the auth service says of a user's spaces.
struct Memberships: Hashable, Sendable {
    /// The roles that the user has in each space, in lower case: who may only read does not come to write by a capital letter.
    private(set) var roles: [SpaceID: Set<String>] = [:]

    /// The spaces.
    var spaces: Set<SpaceID> { Set(roles.keys) }

    /// Whether the user is in `space` by a role that may write.
    func mayWrite(into space: SpaceID, readOnly: Set<String>) -> Bool {
        roles[space].map { !$0.isSubset(of: readOnly) } ?? false
    }

    /// Reads `{"userId":…,"memberships":[{"organizationId":…,"role":…}]}`; other members are ignored. Personal spaces are none that one is a
    /// member of, whoever says so.
    init(json: [UInt8], of user: UserID) throws(LookupFailure) {
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
            roles[SpaceID(space), default: []].insert(role.lowercased())
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
