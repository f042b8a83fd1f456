public import Domain
public import Kernel

/// A database for one test of the contract, empty at first. Each engine brings its own.
public protocol StoreFixture: Sendable {
    /// The log, open.
    var log: any ChangeLog { get }

    /// What tells of the log's commits.
    var notices: any ChangeNotices { get }

    /// Which spaces users may read in the log.
    var grants: any SpaceGrants { get }

    /// Closes the log and opens it anew on the same database, as a server's restart does.
    func reopen() async throws

    /// Sets the wall clock that the engine reads, forwards or back. It stands still in between.
    func setWallClock(_ time: UnixTime)

    /// How many changes of a user are in the quarantine.
    func quarantined(of user: UserID) async throws -> Int

    /// Closes the log and removes the database.
    func close() async throws
}

/// One promise of ``ChangeLog`` and the test that finds it broken.
public struct ContractCase: Sendable, CustomStringConvertible {
    /// The promise, as a sentence.
    public let promise: String
    let check: @Sendable (any StoreFixture) async throws -> Void

    init(_ promise: String, _ check: @escaping @Sendable (any StoreFixture) async throws -> Void) {
        self.promise = promise
        self.check = check
    }

    public var description: String { promise }

    /// Checks the promise on a fresh database, and closes it.
    public func check(on fixture: any StoreFixture) async throws {
        let outcome: Result<Void, any Error>
        do {
            try await check(fixture)
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        try await fixture.close()
        try outcome.get()
    }
}

/// What every engine promises (spec: storage.md, "The contract suite and the checker").
///
/// An engine's tests run it whole:
///
///     @Test("The contract", arguments: changeLogContract)
///     func contract(promise: ContractCase) async throws {
///         try await promise.check(on: MyFixture())
///     }
public let changeLogContract: [ContractCase] =
    orderContract + pagingContract + filterContract + clockContract + retryContract + eventContract
    + quarantineContract + noticeContract + payloadContract + concurrencyContract + modelContract + spaceReadContract
    + spaceGrantContract + spaceModelContract + spaceConcurrencyContract
