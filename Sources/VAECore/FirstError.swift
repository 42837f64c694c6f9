import Synchronization

/// The first error of work that several threads share, kept until all of them are done.
package final class FirstError: Sendable {
    private let error = Mutex<VAEError?>(nil)

    package init() {}

    /// Does a part of the work; after an error nothing more is done.
    package func catching(_ work: () throws(VAEError) -> Void) {
        guard error.withLock({ $0 == nil }) else { return }
        do throws(VAEError) {
            try work()
        } catch let found {
            error.withLock { $0 = $0 ?? found }
        }
    }

    /// To be asked when all threads are done.
    /// - Throws: the error that came first, which is forgotten then.
    package func rethrow() throws(VAEError) {
        let found = error.withLock { error in
            defer { error = nil }
            return error
        }
        if let found { throw found }
    }
}
