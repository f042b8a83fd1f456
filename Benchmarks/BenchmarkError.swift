/// Why a benchmark gives no figure: a wrong answer, a process that did not start, a file that cannot be read.
///
/// There is no partial success: a rate of requests of which some failed says nothing.
struct BenchmarkError: Error, CustomStringConvertible {
    /// One line for the terminal.
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
