/// A user's one installation, as the server sees it.
struct Device: Sendable {
    /// The app that all devices use.
    static let app = "bench"

    /// The `sub` of its tokens.
    let user: String
    /// Its client id.
    let client: String
    /// The number of the household whose space its user writes into.
    let household: Int
    /// A token of the development issuer.
    let token: String
    /// Where it has read to, from the last answer.
    var cursor = "1970-01-01T00:00:00.000Z"
}
