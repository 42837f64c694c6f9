import Kernels
import Testing

@Suite("Float storage")
struct FloatStorageTests {
    /// Also where another storage has just left its values, and where large pages are asked for.
    @Test(arguments: [0, 1, 15, 16, 1000, 524_288, 1_000_003])
    func startsAsZero(count: Int) throws {
        for _ in 0..<2 {
            let storage = try FloatStorage(count: count)
            #expect(storage.region.count == count)
            #expect(identical(storage.region.array(), [Float](repeating: 0, count: count)))
            storage.region.fill(with: 7)
            #expect(identical(storage.region.array(), [Float](repeating: 7, count: count)))
        }
    }

    @Test(arguments: [1, 3, 1025, 600_000])
    func startsOnACacheLine(count: Int) throws {
        let storages = try (0..<4).map { _ in try FloatStorage(count: count) }
        for storage in storages {
            // A region begins with its address.
            let address = withUnsafeBytes(of: storage.region) { $0.loadUnaligned(as: UInt.self) }
            #expect(address % 64 == 0)
            storage.region[count - 1] = 3
            #expect(storage.region[count - 1] == 3)
        }
    }

    /// More than an address space holds, more than a byte count can say, and the largest count of all.
    @Test(arguments: [1 << 60, Int.max / 4, Int.max / 4 + 1, Int.max])
    func impossibleSizesAreRefused(count: Int) {
        let error = #expect(throws: OutOfMemory.self) { try FloatStorage(count: count) }
        #expect(error?.bytes ?? 0 >= 1 << 62 - 1)
    }

    @Test func regionsAreWindows() throws {
        let storage = try FloatStorage(count: 10)
        storage.region.copy(from: ([0, 1, 2, 3, 4, 5, 6, 7, 8, 9] as [Float]).span)
        let middle = storage.region[3..<7]
        #expect(middle.array() == [3, 4, 5, 6] && middle.count == 4)
        #expect(middle.prefix(2).array() == [3, 4] && middle[1..<3].array() == [4, 5])
        middle[0] = -1
        #expect(storage.region[3] == -1)
        middle.fill(with: 0)
        #expect(storage.region.array() == [0, 1, 2, 0, 0, 0, 0, 7, 8, 9])
        storage.region.prefix(3).copy(from: storage.region[7..<10])
        #expect(storage.region.array() == [7, 8, 9, 0, 0, 0, 0, 7, 8, 9])
        #expect(storage.region[10..<10].array() == [] && storage.region.prefix(0).count == 0)
    }

    @Test func arraysAreLent() {
        var floats: [Float] = [1, 2, 3]
        FloatRegion.withRegion(&floats) { floats in
            floats.prefix(1).copy(from: floats[2..<3])
            floats[1..<3].fill(with: 0)
        }
        #expect(floats == [3, 0, 0])
    }

    /// A wrong length or position ends the process rather than write elsewhere.
    @Test func wrongPlacesTrap() async {
        // The storages stay: their pages could be written to beyond the region.
        await #expect(processExitsWith: .failure) {
            let storage = try FloatStorage(count: 4)
            withExtendedLifetime(storage) { storage.region[4] = 1 }
        }
        await #expect(processExitsWith: .failure) {
            let storage = try FloatStorage(count: 4)
            withExtendedLifetime(storage) { _ = storage.region[2..<5] }
        }
        await #expect(processExitsWith: .failure) {
            let storage = try FloatStorage(count: 4)
            withExtendedLifetime(storage) { storage.region.copy(from: ([1, 2, 3] as [Float]).span) }
        }
    }
}
