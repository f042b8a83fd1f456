import Domain
import Kernel
import ServiceLifecycle

/// Asks, now and then, for the spaces of the users who are connected and otherwise silent: what changed, their streams and WebSockets are told of as
/// of any change of grants.
struct MembershipRefresh: Service {
    /// How often. What was asked for lately is known, so that this costs nothing then.
    static let pause = Duration.seconds(30)
    /// How many users are asked about at a time.
    private static let atOnce = 16

    private let live: LiveServices
    private let directory: any SpaceDirectory

    /// The service; nil where a space is a label.
    init?(live: LiveServices) {
        guard let spaces = live.spaces else { return nil }
        self.live = live
        directory = spaces.directory
    }

    func run() async throws {
        while true {
            try await live.time.sleep(for: Self.pause)
            await refresh()
        }
    }

    /// Asks for all of them once.
    func refresh() async {
        await withTaskGroup(of: Void.self) { group in
            for (index, user) in live.seats.connectedUsers.enumerated() {
                if index >= Self.atOnce { await group.next() }
                group.addTask { [directory] in
                    // Where nothing is known, reads say so.
                    do { try await directory.prepareRead(by: user) } catch {}
                }
            }
        }
    }
}
