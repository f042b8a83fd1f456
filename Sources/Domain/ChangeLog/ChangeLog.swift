/// The log of all changes: what an engine promises (spec: storage.md; the contract suite in Tests/Contracts checks it).
///
/// - Each stored change gets a ``Cursor`` of its own, later than that of every change stored before it; the clock never steps back, not
///   with the machine's clock, not over a restart.
/// - A reader that follows its cursors gets every change it may see exactly once, in the order of commits, with any number of writers.
/// - An append is one transaction: when it returns, all of it is durable; when it throws, the caller may retry, and nothing is doubled.
public protocol ChangeLog: Sendable {
    /// Stores a push, then reads the pusher's delta.
    ///
    /// A change that was stored before (by event id, or by the retry identity of spec protocol.md) is not stored again. One that has a
    /// ``PushedChange/refusal``, or whose event id belongs to another user, goes to the quarantine. What was stored before counts as that,
    /// also where it is refused now; a refused change with an event id is stored once it is no longer refused. The caller's cancellation
    /// does not part the push: it is stored whole or not at all.
    /// Where `query` names no client, the changes of this very push are left out of the page.
    func append<Sink: ChangeSink>(
        _ push: Push, thenReading query: ChangeQuery, into sink: Sink
    ) async throws(StoreError) -> (PushOutcome, ChangePage<Sink>)

    /// Reads one page.
    func read<Sink: ChangeSink>(_ query: ChangeQuery, into sink: Sink) async throws(StoreError) -> ChangePage<Sink>
}
