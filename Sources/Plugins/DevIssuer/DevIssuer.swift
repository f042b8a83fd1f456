public import Kernel
import Synchronization

/// A key of the server's own and the tokens that it signs.
public final class DevIssuer: KeySetSource {
    private let config: DevIssuerConfig
    private let time: any TimeSource
    private let minter = Mutex<TokenMinter?>(nil)

    /// An issuer without its key yet; see ``loadKey()``.
    public init(config: DevIssuerConfig, time: any TimeSource = SystemTimeSource()) {
        self.config = config
        self.time = time
    }

    public var name: String { "the development issuer" }

    /// Reads the key from its file, or makes key and file.
    ///
    /// - Throws: ``DevIssuerError`` where the file can be neither read nor made, or holds no key.
    public func loadKey() throws {
        let key: Ed25519PrivateKey
        if let pem = try PrivateFile.contents(of: config.keyFile) {
            do {
                key = try Ed25519PrivateKey(pem: pem)
            } catch {
                throw DevIssuerError("\(config.keyFile) holds no Ed25519 key; delete it to have a new one made")
            }
        } else {
            let made = try Ed25519PrivateKey()
            // Another process may make the file at the same time: whoever comes second takes the first one's key.
            if try PrivateFile.create(config.keyFile, text: made.pem()) {
                key = made
            } else {
                return try loadKey()
            }
        }
        let loaded = try TokenMinter(key: key)
        minter.withLock { $0 = loaded }
    }

    /// The JWK set document.
    public func load() async throws -> [UInt8] {
        try loadedMinter().keySetDocument
    }

    /// A token that is good from now on, for as long as the configuration says.
    public func token(for wish: TokenWish) throws -> String {
        let now = time.now
        var contents = TokenMinter.Contents(
            subject: wish.subject, issuedAt: now, expiresAt: now.advanced(by: config.tokenLifetime))
        contents.email = wish.email
        contents.role = wish.role
        return try loadedMinter().token(contents)
    }

    private func loadedMinter() throws -> TokenMinter {
        guard let minter = minter.withLock({ $0 }) else { throw DevIssuerError("the key is not loaded yet") }
        return minter
    }
}

/// Why the development issuer has no key.
public struct DevIssuerError: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
