import ArtifactStore
import Foundation
public import Kernel

/// The section `plugins.backup`.
public struct BackupConfig: ConfigSection {
    /// Where archives that are being imported, and snapshots, are kept meanwhile; made where it is missing, for the owner alone.
    public var stagingDirectory = "data/staging"
    /// The largest archive that is imported.
    public var maxImport = ByteSize.gibibytes(1)
    /// The keys of operators' tools.
    public var apiKeys: [APIKeyConfig] = []
    /// The values of a token's `role` that make its user an operator.
    public var operatorRoles = ["admin"]
    /// Where artifacts are kept, unless an S3-compatible service keeps them; made where it is missing, for the owner alone.
    public var directory = "data/backups"
    /// An S3-compatible service that keeps the artifacts.
    public var s3 = S3Config()
    /// When a backup is made: a cron expression, `0 3 * * *`. Without one, only when asked for.
    public var schedule: String?
    /// The time zone of the schedule and of retention's days.
    public var timeZone = "UTC"
    /// How long after its time a scheduled backup may start: each deployment draws a time of its own.
    public var jitter: Duration = .zero
    /// Which backups are kept.
    public var retention = RetentionConfig()

    /// The defaults.
    public init() {}

    /// MANA_API_KEYS, as `name:key,name:key`.
    public static var environment: [EnvironmentBinding] {
        [
            EnvironmentBinding("MANA_API_KEYS") { (text: String) throws(ConfigValueError) in
                var keys: [ConfigValue] = []
                for pair in text.split(separator: ",") {
                    let parts = pair.split(separator: ":", maxSplits: 1)
                    guard parts.count == 2 else { throw ConfigValueError("must be name:key,name:key") }
                    keys.append(
                        .mapping([("name", .scalar(String(parts[0]))), ("key", .scalar(String(parts[1])))]))
                }
                return [("plugins.backup.apiKeys", .list(keys))]
            }
        ]
    }

    public func validate(_ check: inout ConfigCheck) {
        check.require(!stagingDirectory.isEmpty, "stagingDirectory", "must not be empty")
        check.require(!directory.isEmpty, "directory", "must not be empty")
        check.require(maxImport >= .kibibytes(1), "maxImport", "must be at least 1KiB")
        for (index, key) in apiKeys.enumerated() {
            check.require(
                Principal.isValid(userID: key.name), "apiKeys[\(index)].name",
                "must be 1 to 128 of A-Z a-z 0-9 . _ : @ | -")
            check.require(
                (key.key == nil) != (key.keyFile == nil), "apiKeys[\(index)].key",
                "must be set, or keyFile, and not both")
        }
        check.require(Set(apiKeys.map(\.name)).count == apiKeys.count, "apiKeys", "must not have a name twice")
        check.require(!operatorRoles.contains(""), "operatorRoles", "must not have an empty role")
        if let schedule {
            do throws(CronError) {
                _ = try CronExpression(schedule)
            } catch {
                check.require(false, "schedule", "\(error)")
            }
        }
        check.require(TimeZone(identifier: timeZone) != nil, "timeZone", "must be an IANA time zone, as Europe/Berlin")
        check.require(jitter >= .zero && jitter <= .seconds(6 * 3600), "jitter", "must be from 0s to 6h")
        for (name, count) in [
            ("last", retention.last), ("daily", retention.daily), ("weekly", retention.weekly),
            ("monthly", retention.monthly),
        ] {
            check.require((0...10_000).contains(count), "retention.\(name)", "must be from 0 to 10000")
        }
        check.require(retention.minimumAge >= .zero, "retention.minimumAge", "must not be negative")
        validateS3(&check)
    }

    /// When what exists now will be gone; nil where no schedule, or no retention, ends it.
    var forecast: RetentionForecast? {
        guard retention.enabled, let schedule else { return nil }
        do throws(CronError) {
            return RetentionForecast(
                policy: RetentionPolicy(retention),
                schedule: BackupSchedule(try CronExpression(schedule), in: TimeZone(identifier: timeZone) ?? .gmt),
                jitter: jitter)
        } catch {
            return nil
        }
    }

    private func validateS3(_ check: inout ConfigCheck) {
        guard let bucket = s3.bucket else { return }
        let settings = S3Settings(
            endpoint: s3.endpoint, region: s3.region, bucket: bucket, prefix: s3.prefix, usesPathStyle: s3.pathStyle,
            credentials: S3Credentials(accessKeyID: s3.accessKeyID ?? "", secretAccessKey: Secret("")))
        if let fault = settings.fault { check.require(false, "s3.bucket", "makes no S3 store: \(fault)") }
    }
}
