import ArtifactStore
import Kernel

/// The store that the configuration names. Its secret is read when it is opened, since planning does no I/O.
enum ArtifactStores {
    /// The store; nothing is opened yet.
    static func make(_ config: BackupConfig, time: any TimeSource) -> any ArtifactStore {
        guard let bucket = config.s3.bucket else { return LocalArtifactStore(directory: config.directory) }
        return DeferredStore {
            let s3 = config.s3
            let secret = try SecretSource.load(
                s3.secretAccessKey, file: s3.secretAccessKeyFile, called: "plugins.backup.s3.secretAccessKey")
            return try S3ArtifactStore(
                S3Settings(
                    endpoint: s3.endpoint, region: s3.region, bucket: bucket, prefix: s3.prefix,
                    usesPathStyle: s3.pathStyle,
                    credentials: S3Credentials(accessKeyID: s3.accessKeyID ?? "", secretAccessKey: secret)),
                time: time)
        }
    }
}
