/// OpenSSL could not do what it was asked to: no memory, a provider that lacks the algorithm, or a key that cannot be read.
///
/// A signature that does not verify is no error; it is an answer.
public struct CryptoError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What could not be done; safe to log, without any key material.
    public let message: String

    /// The ``message``.
    public var description: String { message }

    init(_ message: String) {
        self.message = message
    }
}
