import Glibc
import Synchronization
import Testing

@testable import Kernels

/// `make test-asan` and `make test-tsan` can fail: what they are for is seen by them.
@Suite("What sanitizers see")
struct SanitizerTests {
    /// The engine's memory is not malloc's.
    @Test(.enabled(if: isBuilt(with: "__asan_init"), "needs the address sanitizer"), arguments: [1, 5, 1024])
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

    /// Two parts of one job that write to one position, each while the other one is at work.
    @Test(.enabled(if: isBuilt(with: "__tsan_init"), "needs the thread sanitizer"))
    func races() async {
        await #expect(processExitsWith: .success) { Self.writeAtOnce(to: [0, 1]) }
        await #expect(processExitsWith: .failure) { Self.writeAtOnce(to: [0, 0]) }
    }

    private static func writeAtOnce(to positions: [Int]) {
        guard let storage = try? FloatStorage(count: 2) else { return }
        let arrived = Atomic(0)
        WorkerPool(threads: 2).run(parts: 2) { _, part in
            // Relaxed, so that neither waits for what the other has written.
            arrived.add(1, ordering: .relaxed)
            while arrived.load(ordering: .relaxed) < 2 { sched_yield() }
            storage.region[positions[part]] += 1
        }
    }
}
