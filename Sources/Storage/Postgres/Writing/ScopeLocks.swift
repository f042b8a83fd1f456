import Domain
import PostgresClient

/// The advisory locks of a push: exclusive for its user and for each space that it writes into (spec: storage.md, "Commit order is cursor order").
///
/// Everyone takes them in one order, by key. The smallest key stands for all spaces: whoever writes into a space holds it shared, whoever writes into
/// more than ``mostSpaces`` holds it exclusively instead of theirs, so that no push fills the server's table of locks.
struct ScopeLocks: Sendable {
    /// The most spaces that are locked one by one.
    static let mostSpaces = 64
    /// The most spaces that the users of pushes in one transaction may have been granted between them.
    static let mostGrantedTogether = 256

    /// The locks by their keys, true for exclusive.
    private(set) var locks: [(key: Int64, isExclusive: Bool)]

    init(of push: Push) {
        var spaces: Set<SpaceID> = []
        for change in push.changes {
            if let space = change.space { spaces.insert(space) }
        }
        var exclusive: Set<Int64> = [Self.key(of: push.user)]
        let locksAll = spaces.count > Self.mostSpaces
        if !locksAll {
            for space in spaces { exclusive.insert(Self.key(of: space)) }
        }
        locks = exclusive.sorted().map { ($0, true) }
        if !spaces.isEmpty { locks.insert((Self.allSpaces, locksAll), at: 0) }
    }

    /// Those of a reader besides their spaces', which the database knows: shared.
    init(ofReader user: UserID) {
        locks = [(Self.key(of: user), false)]
    }

    /// The locks of several pushes: each once, exclusive where one of them needs it so.
    init(of pushes: [ScopeLocks]) {
        let all = Dictionary(pushes.flatMap(\.locks).map { ($0.key, $0.isExclusive) }) { $0 || $1 }
        locks = all.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// None: others hold them already.
    static let none = ScopeLocks(of: [ScopeLocks]())

    /// Appends the keys and how they are locked as two arrays.
    func append(to parameters: inout PostgresParameters) throws(PostgresError) {
        var keys = try PostgresArray(of: .int8)
        var kinds = try PostgresArray(of: .bool)
        for lock in locks {
            keys.append(lock.key)
            kinds.append(lock.isExclusive)
        }
        parameters.append(keys)
        parameters.append(kinds)
    }

    /// The key that stands for all spaces: the smallest.
    static let allSpaces: Int64 = .min

    /// The key of a user's scope.
    static func key(of user: UserID) -> Int64 { key("user", user.text) }

    /// The key of a space.
    static func key(of space: SpaceID) -> Int64 { key("space", space.text) }

    /// A scope's key: FNV-1a over its kind and name, so that all versions of the server agree. Two that share one only wait for each other.
    private static func key(_ kind: String, _ name: String) -> Int64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in "\(kind) \(name)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return max(allSpaces + 1, Int64(bitPattern: hash))
    }
}
