extension AuditEventType {
    /// A run of a backup began.
    static let backupCreated = AuditEventType(rawValue: "backup_created")
    /// A run came to nothing.
    static let backupFailed = AuditEventType(rawValue: "backup_failed")
    /// Somebody took a backup's artifact.
    static let backupDownloaded = AuditEventType(rawValue: "backup_downloaded")
    /// An artifact was removed, by somebody or by retention.
    static let backupDeleted = AuditEventType(rawValue: "backup_deleted")
    /// A backup was read back, and was not what was stored.
    static let backupDamaged = AuditEventType(rawValue: "backup_damaged")
    /// Somebody took a snapshot of the database.
    static let snapshotDownloaded = AuditEventType(rawValue: "snapshot_downloaded")
    /// A backup was restored into this database.
    static let backupRestored = AuditEventType(rawValue: "backup_restored")
}

extension AuditEvent {
    /// An event of a backup of the whole server.
    static func backup(
        _ type: AuditEventType, _ id: String, by requester: Requester, kind: CatalogEntry.Kind? = nil,
        error: BackupError.Code? = nil, address: String? = nil
    ) -> AuditEvent {
        var metadata = JSONObject()
        metadata.add("kind", kind?.rawValue)
        metadata.add("error", error?.rawValue)
        metadata.add("address", address)
        return AuditEvent(
            type: type, actorID: requester.id, actorEmail: requester.email, scope: .org, scopeRoot: id,
            metadata: metadata.text)
    }
}
