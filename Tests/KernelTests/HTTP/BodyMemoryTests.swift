import Testing

@testable import Kernel

@Suite("The memory for bodies")
struct BodyMemoryTests {
    @Test("what one request holds is missing to others until it is forgotten")
    func shared() throws {
        let memory = BodyMemory(limit: 100)
        var first: BodyMemory.Lease? = memory.lease()
        let second = memory.lease()
        try first?.hold(60)
        try second.hold(40)
        #expect(throws: Problem.self) { try second.hold(41) }
        first = nil
        try second.hold(100)
    }

    @Test("a body that grows holds what it has, not the sum of its pieces")
    func grows() throws {
        let lease = BodyMemory(limit: 100).lease()
        for bytes in stride(from: 10, through: 100, by: 10) { try lease.hold(bytes) }
        #expect { try lease.hold(101) } throws: { error in
            (error as? Problem)?.status == 503 && (error as? Problem)?.code == "overloaded"
        }
    }

    @Test("what could not be had is not held")
    func refusedTakesNothing() throws {
        let memory = BodyMemory(limit: 100)
        #expect(throws: Problem.self) { try memory.lease().hold(101) }
        try memory.lease().hold(100)
    }
}
