/// Sorts things of which some must come after others: always the first that may come, so that the order depends on nothing but
/// the things as they are given and who follows whom.
enum DependencyOrder: Hashable {
    /// Every index after those that it follows.
    case sorted([Int])
    /// The indices of a circle: each follows the next one, and the last one the first. It begins with the smallest.
    case circle([Int])

    /// Sorts the indices `0..<count`; an index never follows itself.
    init(count: Int, follows: (_ index: Int, _ other: Int) -> Bool) {
        var rest = Array(0..<count)
        var order: [Int] = []
        while !rest.isEmpty {
            let isFree = { index in !rest.contains { $0 != index && follows(index, $0) } }
            guard let position = rest.firstIndex(where: isFree) else {
                self = .circle(DependencyOrder.circle(in: rest, follows))
                return
            }
            order.append(rest.remove(at: position))
        }
        self = .sorted(order)
    }

    /// Each of `rest` follows another one of them: whoever walks from one to the next ends in a circle.
    private static func circle(in rest: [Int], _ follows: (Int, Int) -> Bool) -> [Int] {
        var path: [Int] = []
        var next = rest.first
        while let index = next {
            if let start = path.firstIndex(of: index) {
                let loop = path[start...]
                let smallest = loop.indices.min { loop[$0] < loop[$1] } ?? start
                return Array(loop[smallest...] + loop[..<smallest])
            }
            path.append(index)
            next = rest.first { $0 != index && follows(index, $0) }
        }
        return path
    }
}
