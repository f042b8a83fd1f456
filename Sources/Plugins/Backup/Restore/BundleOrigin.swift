import ArtifactStore
import Domain
import Kernel
import NIOCore
import NIOPosix

/// Where a bundle to restore is.
enum BundleOrigin: Sendable {
    /// A file, wherever it is.
    case file(String)
    /// An artifact of the store.
    case artifact(ArtifactURI)
    /// A log that stays as it is meanwhile: the bundle that it would make.
    case log(BundleSource)

    /// How many bytes it has; of a log about as many.
    func size(in store: any ArtifactStore) async throws -> UInt64 {
        switch self {
        case .artifact(let uri): try await store.describe(uri).size
        case .file(let path): try await NIOThreadPool.singleton.runIfActive { try BundleFile(path).size }
        case .log(let source): try await source.log.approximateSize()
        }
    }

    /// Hands all of it to `consume`, piece by piece.
    func read(from store: any ArtifactStore, _ consume: (ByteBuffer) async throws -> Void) async throws {
        switch self {
        case .artifact(let uri): try await store.get(uri, range: nil, consume)
        case .log(let source): _ = try await source.write(madeAt: nil, consume)
        case .file(let path):
            let file = try await NIOThreadPool.singleton.runIfActive { try BundleFile(path) }
            while true {
                try Task.checkCancellation()
                let chunk = try await NIOThreadPool.singleton.runIfActive { try file.next() }
                guard chunk.readableBytes > 0 else { return }
                try await consume(chunk)
            }
        }
    }
}
