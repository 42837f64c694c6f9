/// The nearest points of a set, found by `sgemm` and settled in Double.
///
/// A product in single precision gives a lower bound of every squared distance; only pairs whose bound undercuts the k-th
/// best distance so far are measured, as Σ (xⱼ − yⱼ)² in Double. The result is therefore that of comparing all pairs in Double:
/// rounding of the product costs time, never a neighbour, and the processor's kernels do not show.
package enum NeighbourSearch {
    /// The k nearest points of each query, the nearest first; of points at one distance the one with the lower index.
    package struct Neighbours: Equatable, Sendable {
        /// (queries, k): indices of points.
        package let indices: [Int32]
        /// (queries, k): Σ (xⱼ − yⱼ)², in Double.
        package let squaredDistances: [Double]
    }

    /// Exhaustive: O(queries · points · size), of which almost all is one `sgemm`. Memory: a copy of the points, and
    /// 256 KiB a worker.
    ///
    /// - Parameters:
    ///   - queries: (queries, size)
    ///   - points: (points, size), all coordinates finite
    ///   - leavingOneOut: `queries` are the `points` themselves, and none is its own neighbour
    /// - Precondition: there are at least `k` ≥ 1 points to be found.
    package static func search(
        _ queries: [Float], among points: [Float], size: Int, k: Int, leavingOneOut: Bool = false,
        pool: WorkerPool
    ) throws(OutOfMemory) -> Neighbours {
        let (queryCount, pointCount) = (queries.count / size, points.count / size)
        precondition(
            size > 0 && k > 0 && k <= pointCount - (leavingOneOut ? 1 : 0) && pointCount <= Int(Int32.max)
                && (!leavingOneOut || queryCount == pointCount), "\(k) neighbours among \(pointCount)")
        let frame = Frame(queries, points, size: size)
        let prepared = try FloatStorage(count: pointCount * (size + 1))
        let workspaces = try Workspace.make(pool.count, width: size + 1, k: k)
        var indices = [Int32](repeating: 0, count: queryCount * k)
        var distances = [Double](repeating: 0, count: queryCount * k)
        points.withUnsafeBufferPointer { points in
            queries.withUnsafeBufferPointer { queries in
                indices.withUnsafeMutableBufferPointer { indices in
                    distances.withUnsafeMutableBufferPointer { distances in
                        let job = Job(
                            queries: queries, points: points, size: size, k: k, leavingOneOut: leavingOneOut,
                            frame: frame, prepared: prepared.region, indices: indices, distances: distances)
                        pool.run(parts: parts(pointCount, Self.pointsAtOnce)) { _, part in
                            job.prepare(part)
                        }
                        pool.run(parts: parts(queryCount, Self.queriesAtOnce)) { worker, part in
                            job.search(part, workspaces[worker])
                        }
                    }
                }
            }
        }
        // Regions do not keep their storage alive.
        return withExtendedLifetime((prepared, workspaces)) {
            Neighbours(indices: indices, squaredDistances: distances)
        }
    }

    fileprivate static let queriesAtOnce = 64
    fileprivate static let pointsAtOnce = 1024

    private static func parts(_ count: Int, _ size: Int) -> Int { (count + size - 1) / size }
}

/// The frame of coordinates in which single precision is at its best: about the points' mean, in units of the largest coordinate there.
private struct Frame {
    let centre: [Float]
    /// A power of two, so that scaling is exact.
    let scale: Float

    init(_ queries: [Float], _ points: [Float], size: Int) {
        var sums = [Double](repeating: 0, count: size)
        for start in stride(from: 0, to: points.count, by: size) {
            for axis in 0..<size { sums[axis] += Double(points[start + axis]) }
        }
        let centre = sums.map { Float($0 / Double(points.count / size)) }
        var largest: Float = 0
        for set in [queries, points] {
            for start in stride(from: 0, to: set.count, by: size) {
                // Halves, whose difference does not overflow.
                for axis in 0..<size {
                    largest = max(largest, abs(set[start + axis] / 2 - centre[axis] / 2))
                }
            }
        }
        self.centre = centre
        // Within the exponents of a normal number on both sides.
        let exponent = largest > 0 ? min(max(-Int(largest.exponent) - 2, -126), 126) : 0
        scale = Float(sign: .plus, exponent: exponent, significand: 1)
    }
}

/// The memory that one worker needs for a block of queries.
private struct Workspace {
    let queries: FloatRegion
    let bounds: FloatRegion
    private let storage: FloatStorage

    static func make(_ count: Int, width: Int, k: Int) throws(OutOfMemory) -> [Workspace] {
        var all: [Workspace] = []
        for _ in 0..<count {
            let (queries, points) = (NeighbourSearch.queriesAtOnce, NeighbourSearch.pointsAtOnce)
            let storage = try FloatStorage(count: queries * width + queries * points)
            all.append(
                Workspace(
                    queries: storage.region.prefix(queries * width),
                    bounds: storage.region[queries * width..<storage.region.count], storage: storage))
        }
        return all
    }
}

/// One search, as the workers see it.
private struct Job {
    let queries: UnsafeBufferPointer<Float>
    let points: UnsafeBufferPointer<Float>
    let size: Int
    let k: Int
    let leavingOneOut: Bool
    let frame: Frame
    /// (points, size + 1): −2y and (1 − c)·‖y‖².
    let prepared: FloatRegion
    let indices: UnsafeMutableBufferPointer<Int32>
    let distances: UnsafeMutableBufferPointer<Double>

    /// c, by which bounds are lowered: |computed − true| of ‖y‖² − 2x·y is below c·(‖x‖² + ‖y‖²).
    ///
    /// With u = 2⁻²⁴: the product of size + 1 terms is off by at most (size + 2)·u·(‖y‖² + 2‖x‖‖y‖) (Higham 2002, section 3.1), and
    /// 2‖x‖‖y‖ ≤ ‖x‖² + ‖y‖²; rounding of ‖y‖² adds u·‖y‖², and that of both points to their frame 4u·(‖x‖² + ‖y‖²).
    private var slack: Double { Double(2 * size + 16) * 0x1p-24 }
    /// The most that underflow may add, in a frame where the largest coordinate is about 1.
    private var tiny: Double { Double(size + 2) * 0x1p-120 }

    private func framed(_ coordinate: Float, _ axis: Int) -> Float {
        // Scaled before the difference, which so can't overflow.
        coordinate * frame.scale - frame.centre[axis] * frame.scale
    }

    func prepare(_ part: Int) {
        let first = part * NeighbourSearch.pointsAtOnce
        for point in first..<min(first + NeighbourSearch.pointsAtOnce, points.count / size) {
            let row = prepared.base + point * (size + 1)
            var norm = 0.0
            for axis in 0..<size {
                let coordinate = framed(points[point * size + axis], axis)
                row[axis] = -2 * coordinate
                norm += Double(coordinate) * Double(coordinate)
            }
            row[size] = Float((1 - slack) * norm)
        }
    }

    func search(_ part: Int, _ workspace: Workspace) {
        let first = part * NeighbourSearch.queriesAtOnce
        let count = min(NeighbourSearch.queriesAtOnce, queries.count / size - first)
        var offsets = [Double](repeating: 0, count: count)
        for query in 0..<count {
            let row = workspace.queries.base + query * (size + 1)
            var norm = 0.0
            for axis in 0..<size {
                row[axis] = framed(queries[(first + query) * size + axis], axis)
                norm += Double(row[axis]) * Double(row[axis])
            }
            row[size] = 1
            offsets[query] = (slack - 1) * norm + tiny
            for place in 0..<k { distances[(first + query) * k + place] = .infinity }
        }
        let width = size + 1
        let left = Matrix(workspace.queries.prefix(count * width), rows: count, columns: width)
        for start in stride(from: 0, to: points.count / size, by: NeighbourSearch.pointsAtOnce) {
            let length = min(NeighbourSearch.pointsAtOnce, points.count / size - start)
            let right = Matrix(
                prepared[start * width..<(start + length) * width], rows: length, columns: width)
            let bounds = workspace.bounds.prefix(count * length)
            multiply(left, right.transposed, into: Matrix(bounds, rows: count, columns: length))
            for query in 0..<count {
                scan(bounds.base + query * length, length, start, query: first + query, offsets[query])
            }
        }
    }

    /// Measures the points from `start` on whose bounds are low enough.
    private func scan(
        _ bounds: UnsafePointer<Float>, _ length: Int, _ start: Int, query: Int, _ offset: Double
    ) {
        var threshold = limit(query, offset)
        var index = 0
        while index + 16 <= length {
            let sixteen = UnsafeRawPointer(bounds + index).loadUnaligned(as: SIMD16<Float>.self)
            if Self.any(sixteen .< threshold) {
                for lane in 0..<16 where sixteen[lane] < threshold {
                    measure(start + index + lane, query)
                    threshold = limit(query, offset)
                }
            }
            index += 16
        }
        while index < length {
            if bounds[index] < threshold {
                measure(start + index, query)
                threshold = limit(query, offset)
            }
            index += 1
        }
    }

    /// The bound above which no point can be among the k nearest.
    private func limit(_ query: Int, _ offset: Double) -> Float {
        let worst = distances[query * k + k - 1] * Double(frame.scale) * Double(frame.scale)
        return Float(worst + offset).nextUp
    }

    @inline(__always)
    private static func any(_ mask: SIMDMask<SIMD16<Int32>>) -> Bool {
        let words = unsafeBitCast(mask, to: SIMD8<UInt64>.self)
        let four = words.lowHalf | words.highHalf
        let two = four.lowHalf | four.highHalf
        return two.x | two.y != 0
    }

    /// Puts a point in its place among the query's nearest. Points come in the order of their indices, so that one at the same
    /// distance as an earlier one goes behind it.
    private func measure(_ point: Int, _ query: Int) {
        if leavingOneOut && point == query { return }
        var distance = 0.0
        for axis in 0..<size {
            let difference = Double(queries[query * size + axis]) - Double(points[point * size + axis])
            distance += difference * difference
        }
        guard distance < distances[query * k + k - 1] else { return }
        var place = query * k + k - 1
        while place > query * k && distances[place - 1] > distance {
            distances[place] = distances[place - 1]
            indices[place] = indices[place - 1]
            place -= 1
        }
        distances[place] = distance
        indices[place] = Int32(point)
    }
}
