import Testing

@testable import Kernels

/// `make test-asan` and `make test-tsan` can fail: what they are for is seen by them.
@Suite("What sanitizers see")
struct SanitizerTests {
    /// The engine's memory is not malloc's.
    @Test(.enabled(if: hasSymbol("__asan_init"), "needs the address sanitizer"), arguments: [1, 5, 1024])
    func writesBehindTheEnd(count: Int) async {
        await #expect(processExitsWith: .success) { [count] in
            let storage = try FloatStorage(count: count)
            (storage.region.base + count - 1).pointee = 1
            withExtendedLifetime(storage) {}
        }
        await #expect(processExitsWith: .failure) { [count] in
            let storage = try FloatStorage(count: count)
            (storage.region.base + count).pointee = 1
            withExtendedLifetime(storage) {}
        }
    }

    /// Parts of one job that write to one place.
    @Test(.enabled(if: hasSymbol("__tsan_init"), "needs the thread sanitizer"))
    func races() async {
        await #expect(processExitsWith: .success) {
            let storage = try FloatStorage(count: 1000)
            WorkerPool(threads: 4).run(parts: 1000) { _, part in storage.region[part] += 1 }
        }
        await #expect(processExitsWith: .failure) {
            let storage = try FloatStorage(count: 1000)
            WorkerPool(threads: 4).run(parts: 1000) { _, part in storage.region[part / 2] += 1 }
        }
    }
}
