import CachedLookup
import JSONScanner

/// What the credits service says of a user.
enum SubscriptionStatus: Hashable, Sendable {
    case active
    case inactive

    /// Reads `{"active":bool,…}`; other members are ignored.
    init(json: [UInt8]) throws(LookupFailure) {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: json)
        } catch {
            throw LookupFailure(.unreadable, "the answer is not JSON as it should be: \(error)")
        }
        guard let isActive = document["active"]?.bool else {
            throw LookupFailure(.unreadable, "the answer has no member 'active' that is true or false")
        }
        self = isActive ? .active : .inactive
    }
}
