import HummingbirdCore
import NIOCore

/// A request's body on its way from the connection to whoever reads it, a few pieces ahead at most.
struct StreamedBody {
    typealias Producer = NIOThrowingAsyncSequenceProducer<
        ByteBuffer, any Error, NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark, Demand
    >

    private let source: Producer.Source
    /// What the reader gets.
    let body: RequestBody

    /// - Parameter onDemand: Called from any thread when the reader wants more, or no longer anything at all.
    init(onDemand: @escaping @Sendable () -> Void) {
        // A piece is what one read of the socket brought, at most 64 KiB.
        let producer = Producer.makeSequence(
            elementType: ByteBuffer.self, failureType: (any Error).self,
            backPressureStrategy: .init(lowWatermark: 1, highWatermark: 4), finishOnDeinit: true,
            delegate: Demand(onDemand: onDemand))
        source = producer.source
        body = RequestBody(asyncSequence: producer.sequence)
    }

    /// Whether the reader keeps up; if not, there will be a call of `onDemand`.
    func yield(_ piece: ByteBuffer) -> Bool {
        switch source.yield(piece) {
        case .produceMore, .dropped: true
        case .stopProducing: false
        }
    }

    func finish() {
        source.finish()
    }

    func fail(_ error: any Error) {
        source.finish(error)
    }

    struct Demand: NIOAsyncSequenceProducerDelegate {
        let onDemand: @Sendable () -> Void

        func produceMore() { onDemand() }
        func didTerminate() { onDemand() }
    }
}
