import Foundation

/// A port that nobody listens on, and that the kernel gives nobody: a server that is restarted finds it as it left it.
public enum FreePort {
    /// Below those that the kernel gives to outgoing connections (`net.ipv4.ip_local_port_range`).
    private static let ports = 16_000..<32_000

    /// Looks for one at random.
    public static func find() throws -> Int {
        for _ in 0..<100 {
            let port = Int.random(in: ports)
            if isFree(port) { return port }
        }
        throw ProgramFailure(description: "There is no free port.")
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
