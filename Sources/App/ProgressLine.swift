import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A line on a terminal that says what is done now and how far it is, written over itself. Says nothing where stderr is no terminal.
final class ProgressLine: Sendable {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let shown = Mutex("")

    /// Shows what is done; `share` is its part that is done, from 0 to 1.
    func show(_ text: String, share: Double?) {
        guard isTerminal else { return }
        let percent = share.map { " \(Int(($0 * 100).rounded(.down)))%" } ?? ""
        shown.withLock { shown in
            let line = text + percent
            guard line != shown else { return }
            shown = line
            put("\r\u{1B}[K\(line)")
        }
    }

    /// Takes the line away.
    func clear() {
        shown.withLock { shown in
            if !shown.isEmpty { put("\r\u{1B}[K") }
            shown = ""
        }
    }

    private func put(_ text: String) {
        let bytes = Array(text.utf8)
        // A terminal that is gone needs no line.
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }
}
