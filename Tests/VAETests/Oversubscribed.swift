import Testing

@testable import VAE

/// Gives tests all the threads that they ask for, on machines with few processors as well.
struct Oversubscribed: SuiteTrait, TestTrait, TestScoping {
    var isRecursive: Bool { true }

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await Engine.$mayOversubscribe.withValue(true) { try await function() }
    }
}

extension Trait where Self == Oversubscribed {
    static var oversubscribed: Self { Self() }
}
