import HTTPTypes

/// Finds the route of a method and path in a trie of path segments.
struct RouteTable<Target: Sendable>: Sendable {
    enum Match: Sendable {
        case found(Target, PathParameters)
        /// There are routes at the path, for these methods.
        case wrongMethod(allowed: [HTTPRequest.Method])
        case notFound
        /// The path's percent-encoding is broken, or it decodes to no UTF-8.
        case malformed
    }

    private struct Entry: Sendable {
        let target: Target
        let parameterNames: [String]
    }

    private final class Node: Sendable {
        let literals: [String: Node]
        let parameter: Node?
        let methods: [String: Entry]

        init(literals: [String: Node], parameter: Node?, methods: [String: Entry]) {
            self.literals = literals
            self.parameter = parameter
            self.methods = methods
        }
    }

    private let root: Node

    /// A table of routes that do not overlap; the plan has made sure of that.
    init(_ routes: [(method: HTTPRequest.Method, path: PathTemplate, target: Target)]) {
        root = Self.node(
            of: routes[...].map { ($0.method.rawValue, $0.path.segments[...], $0.path.parameterNames, $0.target) })
    }

    private static func node(
        of routes: [(method: String, rest: ArraySlice<PathTemplate.Segment>, names: [String], target: Target)]
    ) -> Node {
        var methods: [String: Entry] = [:]
        var literals: [String: [(String, ArraySlice<PathTemplate.Segment>, [String], Target)]] = [:]
        var parameters: [(String, ArraySlice<PathTemplate.Segment>, [String], Target)] = []
        for route in routes {
            switch route.rest.first {
            case nil: methods[route.method] = Entry(target: route.target, parameterNames: route.names)
            case .literal(let text):
                literals[text, default: []].append((route.method, route.rest.dropFirst(), route.names, route.target))
            case .parameter: parameters.append((route.method, route.rest.dropFirst(), route.names, route.target))
            }
        }
        return Node(
            literals: literals.mapValues { node(of: $0) }, parameter: parameters.isEmpty ? nil : node(of: parameters),
            methods: methods)
    }

    /// The route for a request's method and path, its query left out. HEAD is taken by GET's route.
    ///
    /// Segments are split before they are decoded, so that `%2F` is part of a segment. A path with an empty segment or a slash at its
    /// end fits no template; a parameter's value is never empty.
    func match(method: HTTPRequest.Method, path: Substring) -> Match {
        guard path.utf8.first == UInt8(ascii: "/") else { return .malformed }
        var segments: [String] = []
        if path.utf8.count > 1 {
            // By bytes: a combining character after a slash does not hide it.
            for part in path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
                guard let decoded = PercentEncoding.decode(Substring(part)) else { return .malformed }
                segments.append(decoded)
            }
        }
        var values: [String] = []
        var allowed: Set<String> = []
        let wanted = method == .head ? HTTPRequest.Method.get.rawValue : method.rawValue
        if let entry = find(wanted, segments[...], at: root, values: &values, allowed: &allowed) {
            return .found(entry.target, PathParameters(names: entry.parameterNames, values: values))
        }
        if allowed.isEmpty { return .notFound }
        if allowed.contains(HTTPRequest.Method.get.rawValue) { allowed.insert(HTTPRequest.Method.head.rawValue) }
        return .wrongMethod(allowed: allowed.sorted().compactMap { HTTPRequest.Method(rawValue: $0) })
    }

    private func find(
        _ method: String, _ rest: ArraySlice<String>, at node: Node, values: inout [String], allowed: inout Set<String>
    ) -> Entry? {
        guard let segment = rest.first else {
            if let entry = node.methods[method] { return entry }
            allowed.formUnion(node.methods.keys)
            return nil
        }
        if let child = node.literals[segment],
            let entry = find(method, rest.dropFirst(), at: child, values: &values, allowed: &allowed)
        {
            return entry
        }
        guard let child = node.parameter, !segment.isEmpty else { return nil }
        values.append(segment)
        if let entry = find(method, rest.dropFirst(), at: child, values: &values, allowed: &allowed) { return entry }
        values.removeLast()
        return nil
    }
}
