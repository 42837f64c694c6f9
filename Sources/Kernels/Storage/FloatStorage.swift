import Glibc

/// Memory could not be had.
package struct OutOfMemory: Error, Equatable {
    /// Bytes that were asked for.
    package let bytes: Int
}

/// Owner of a run of floats at a fixed address, zero at first.
///
/// The memory is anonymous, aligned to a cache line, and comes from the kernel's large pages where
/// it is big enough to fill some. It never grows and is never copied; kernels work on the
/// `FloatRegion`s that it hands out, which must not outlive it.
package final class FloatStorage: @unchecked Sendable {
    private let address: UnsafeMutableRawPointer
    private let byteCount: Int

    /// All of it.
    package let region: FloatRegion

    /// - Throws: `OutOfMemory` when the system has no room for `count` floats.
    package init(count: Int) throws(OutOfMemory) {
        precondition(count >= 0, "a storage of \(count) floats")
        let (bytes, overflow) = max(count, 1).multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
        guard !overflow, bytes <= .max - AddressSanitizer.margin else { throw OutOfMemory(bytes: .max) }
        let asked = bytes + AddressSanitizer.margin
        // mmap rather than malloc: the pages are zero without being touched, and go back at once.
        guard let address = mmap(nil, asked, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            address != MAP_FAILED
        else { throw OutOfMemory(bytes: bytes) }
        if bytes >= Self.hugePageBytes { madvise(address, bytes, MADV_HUGEPAGE) }
        self.address = address
        self.byteCount = bytes
        AddressSanitizer.forbidMargin(behind: address + bytes)
        self.region = FloatRegion(base: address.bindMemory(to: Float.self, capacity: count), count: count)
    }

    deinit {
        AddressSanitizer.allowMargin(behind: address + byteCount)
        munmap(address, byteCount + AddressSanitizer.margin)
    }

    private static let hugePageBytes = 2 << 20
}

/// A window into a `FloatStorage`: checked where it is cut, trusted where it is computed on.
///
/// A region is an address and a length, so that handing one to a kernel costs nothing. It does not keep
/// its storage alive: whoever owns the storage owns the lifetime of the work on it.
package struct FloatRegion: @unchecked Sendable {
    let base: UnsafeMutablePointer<Float>
    package let count: Int

    /// The part of this region at `range`.
    /// - Precondition: `range` lies within `0..<count`.
    package subscript(range: Range<Int>) -> FloatRegion {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "region \(range) of \(count) floats")
        return FloatRegion(base: base + range.lowerBound, count: range.count)
    }

    /// The first `length` floats.
    package func prefix(_ length: Int) -> FloatRegion { self[0..<length] }

    /// Some of `count` rows, which this region has one after the other.
    package func rows(_ rows: Range<Int>, of count: Int) -> FloatRegion {
        let size = self.count / count
        return self[rows.lowerBound * size..<rows.upperBound * size]
    }

    package subscript(index: Int) -> Float {
        get {
            precondition(index >= 0 && index < count, "float \(index) of \(count)")
            return base[index]
        }
        nonmutating set {
            precondition(index >= 0 && index < count, "float \(index) of \(count)")
            base[index] = newValue
        }
    }

    package func fill(with value: Float) { base.update(repeating: value, count: count) }

    /// Overwrites this region with `values`.
    /// - Precondition: both hold as many floats.
    package func copy(from values: Span<Float>) {
        precondition(values.count == count, "\(values.count) floats into a region of \(count)")
        values.withUnsafeBufferPointer { source in
            if let address = source.baseAddress { base.update(from: address, count: count) }
        }
    }

    package func copy(from other: FloatRegion) {
        precondition(other.count == count, "\(other.count) floats into a region of \(count)")
        base.update(from: other.base, count: count)
    }

    /// Adds the floats of another region, one to one.
    /// - Precondition: both hold as many floats.
    package func add(_ other: FloatRegion) {
        precondition(other.count == count, "\(other.count) floats onto a region of \(count)")
        for index in 0..<count { base[index] += other.base[index] }
    }

    /// Pages that are wholly within the region and in memory; those never written are not.
    package var residentPages: Int {
        let size = Int(sysconf(Int32(_SC_PAGESIZE)))
        let start = (Int(bitPattern: base) + size - 1) / size * size
        let pages = (Int(bitPattern: base + count) - start) / size
        guard pages > 0, let address = UnsafeMutableRawPointer(bitPattern: start) else { return 0 }
        var present = [UInt8](repeating: 0, count: pages)
        guard mincore(address, pages * size, &present) == 0 else { return 0 }
        return present.count { $0 & 1 == 1 }
    }

    /// A copy of the floats as an array.
    package func array() -> [Float] { Array(UnsafeBufferPointer(start: base, count: count)) }

    /// Lends an array to kernels for the length of `body`; an empty one has no place to lend.
    package static func withRegion(
        _ floats: inout [Float], _ body: (FloatRegion) throws -> Void
    ) rethrows {
        try floats.withUnsafeMutableBufferPointer { floats in
            guard let base = floats.baseAddress else { return }
            try body(FloatRegion(base: base, count: floats.count))
        }
    }
}
