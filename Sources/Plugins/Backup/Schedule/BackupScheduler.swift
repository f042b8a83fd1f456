import Domain
import Foundation
import Kernel
import Logging
import ServiceLifecycle

/// Starts scheduled backups when they are due, over all instances one for each due time (spec: backup.md, "Schedule, retention, restore").
///
/// The next due time is kept in the database. It is looked at every minute, so that a clock that jumps is noticed; what was missed is made up for
/// by one run.
struct BackupScheduler: Service {
    let schedule: BackupSchedule
    let jitter: Duration
    let tables: any PluginTables
    let worker: BackupWorker
    let time: any TimeSource
    let logger: Logger

    /// How long it sleeps at most.
    static let glance = Duration.seconds(60)

    func run() async throws {
        while true {
            do {
                try await time.sleep(for: try await tick())
            } catch let error as StoreError {
                logger.warning(
                    "the schedule of backups could not be read", metadata: ["error": "\(error.debugDescription)"])
                try await time.sleep(for: Self.glance)
            }
        }
    }

    /// Does what is due.
    ///
    /// - Returns: how long to sleep.
    func tick() async throws -> Duration {
        let state = try await remembered()
        let jitter = DueTime.jitter(upTo: jitter, due: state.next ?? time.now, deployment: state.deployment)
        guard let due = DueTime.decide(schedule, now: time.now, remembered: state.next, jitter: jitter) else {
            return Self.glance
        }
        switch due.step {
        case .wait(let instant):
            if due.next != state.next { _ = try await move(from: state, to: due.next) }
            return min(max(instant.since(time.now), .milliseconds(1)), Self.glance)
        case .run(let instant):
            // Who moves the due time on is who starts the run.
            guard try await move(from: state, to: due.next) else { return .milliseconds(1) }
            return try await start(due: instant, movedTo: due.next)
        }
    }

    private func start(due: UnixTime, movedTo next: UnixTime) async throws -> Duration {
        do {
            let entry = try await worker.start(.scheduled, for: .system)
            logger.info(
                "a scheduled backup begins", metadata: ["backup": "\(entry.id)", "due": "\(due.rfc3339)"])
            return .milliseconds(1)
        } catch let error as BackupError where error.code == .running || error.code == .unavailable {
            // Another one is under way, or the server starts: it is due still.
            _ = try await move(from: State(next: next, deployment: 0), to: due)
            return Self.glance
        }
    }

    /// What the database remembers.
    private struct State {
        /// Nil where the schedule is new, or was changed.
        var next: UnixTime?
        /// A number of the deployment's own.
        var deployment: UInt64
    }

    /// The schedule as it is compared with what is remembered.
    private var name: String { "\(schedule.expression) \(schedule.timeZone.identifier)" }

    private func remembered() async throws -> State {
        let row = try await tables.run(
            PluginStatement("SELECT schedule, next_due, deployment FROM sync_backup_schedule WHERE only_row = 1")
        ).rows.first
        guard let row, row.count == 3, let next = row[1].integer, let deployment = row[2].integer else {
            return State(next: nil, deployment: 0)
        }
        return State(
            next: row[0].text == name ? UnixTime(microseconds: next) : nil,
            deployment: UInt64(bitPattern: deployment))
    }

    /// Remembers another due time; false where somebody else was faster.
    private func move(from state: State, to next: UnixTime) async throws -> Bool {
        guard let old = state.next else {
            let inserted = try await tables.run(
                PluginStatement(
                    """
                    INSERT INTO sync_backup_schedule (only_row, schedule, next_due, deployment) VALUES (1, $1, $2, $3)
                    ON CONFLICT (only_row) DO UPDATE SET schedule = $1, next_due = $2 WHERE sync_backup_schedule.schedule <> $1
                    """,
                    .text(name), .integer(next.microseconds), .integer(Int64.random(in: .min ... .max))))
            return inserted.changed == 1
        }
        let moved = try await tables.run(
            PluginStatement(
                "UPDATE sync_backup_schedule SET next_due = $3 WHERE only_row = 1 AND schedule = $1 AND next_due = $2",
                .text(name), .integer(old.microseconds), .integer(next.microseconds)))
        return moved.changed == 1
    }
}
