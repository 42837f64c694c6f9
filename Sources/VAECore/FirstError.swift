import Synchronization

/// The first error of work that several threads share, kept until all of them are done.
package final class FirstError: Sendable {
    private let error = Mutex<VAEError?>(nil)
    /// Whether there is one, to be asked for every image without a lock.
    private let isSet = Atomic<Bool>(false)

    package init() {}

    /// Does a part of the work; after an error nothing more is done.
    package func catching(_ work: () throws(VAEError) -> Void) {
        guard !isSet.load(ordering: .relaxed) else { return }
        do throws(VAEError) {
            try work()
        } catch let found {
            error.withLock { $0 = $0 ?? found }
            isSet.store(true, ordering: .relaxed)
        }
    }

    /// To be asked when all threads are done.
    /// - Throws: the error that came first, which is forgotten then.
    package func rethrow() throws(VAEError) {
        if let found = take() { throw found }
    }

    /// The error that came first, which is forgotten then; nil where there was none. To be asked when all threads are done.
    package func take() -> VAEError? {
        let found = error.withLock { error in
            defer { error = nil }
            return error
        }
        isSet.store(false, ordering: .relaxed)
        return found
    }
}
