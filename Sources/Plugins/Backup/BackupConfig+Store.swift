import ArtifactStore
import Kernel

extension BackupConfig {
    /// The store that the configuration names. The secret of an S3-compatible service is read when it is opened, since planning does no I/O.
    func makeStore(time: any TimeSource) throws(PlanRefusal) -> any ArtifactStore {
        guard let bucket = s3.bucket else { return LocalArtifactStore(directory: directory) }
        guard s3.accessKeyID?.isEmpty == false, (s3.secretAccessKey == nil) != (s3.secretAccessKeyFile == nil) else {
            throw PlanRefusal(
                "plugins.backup.s3 has a bucket, and not an accessKeyID and either a secretAccessKey or a secretAccessKeyFile",
                remedy: "Set both of them.")
        }
        let settings = S3Settings(
            endpoint: s3.endpoint, region: s3.region, bucket: bucket, prefix: s3.prefix, usesPathStyle: s3.pathStyle,
            credentials: S3Credentials(accessKeyID: s3.accessKeyID ?? "", secretAccessKey: Secret("")))
        do throws(ArtifactError) {
            return try S3ArtifactStore(settings, time: time) { [s3] () throws(ArtifactError) in
                do throws(BackupError) {
                    return try SecretSource.load(
                        s3.secretAccessKey, file: s3.secretAccessKeyFile,
                        called: "plugins.backup.s3.secretAccessKey")
                } catch {
                    throw ArtifactError(.misconfigured, error.message, cause: error.cause)
                }
            }
        } catch {
            throw PlanRefusal("plugins.backup.s3: \(error.message)", remedy: "Correct the section.")
        }
    }
}
