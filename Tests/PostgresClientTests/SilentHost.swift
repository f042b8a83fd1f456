import Dispatch
import Foundation
import Synchronization

/// Takes connections and never says a word.
final class SilentHost: Sendable {
    let port: Int
    private let listener: Int32
    private let accepted = Mutex<[Int32]>([])

    init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && listen(descriptor, 16) == 0
                    && getsockname(descriptor, address, &length) == 0
            }
        }
        guard isListening else { throw CocoaError(.fileReadUnknown) }
        listener = descriptor
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit {
        close(listener)
        accepted.withLock { $0.forEach { close($0) } }
    }

    /// Waits until somebody has connected.
    func waitForConnection() async throws {
        await withCheckedContinuation { connected in
            DispatchQueue.global().async { [self] in
                let descriptor = accept(listener, nil, nil)
                accepted.withLock { $0.append(descriptor) }
                connected.resume()
            }
        }
    }
}
