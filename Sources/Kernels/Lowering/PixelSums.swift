/// col2im as a sum for each pixel: the transpose of im2col, without a matrix of zeros to add to.
///
/// Adding each lowered row to the pixels under it reads and writes an image kernelHeight · kernelWidth / stride² times. Here every
/// pixel gathers the values that belong to it, and is written once, with its bias and its rectification. Pixels that meet the
/// same taps, all of one phase but those at the edges, are one run with a fixed distance between the values of neighbours.
package struct PixelSums: Sendable {
    private let geometry: ConvolutionGeometry
    private let rows: [TapGroup]
    private let columns: [TapGroup]

    package init(_ geometry: ConvolutionGeometry) {
        self.geometry = geometry
        rows =
            TapAxis(
                imageSize: geometry.height, gridSize: geometry.gridHeight, kernel: geometry.kernelHeight,
                stride: geometry.stride, padding: geometry.paddingTop
            ).up
        columns =
            TapAxis(
                imageSize: geometry.width, gridSize: geometry.gridWidth, kernel: geometry.kernelWidth,
                stride: geometry.stride, padding: geometry.paddingLeft
            ).up
    }

    /// images = f(bias + what the lowered matrix of `count` images gives back to them), f the rectification or nothing.
    ///
    /// - Parameters:
    ///   - lowered: as `im2col` lays it out
    ///   - bias: (channels); nil for none
    ///   - images: (count, height, width, channels), overwritten, or added to when `accumulating`
    package func callAsFunction(
        _ lowered: FloatRegion, count: Int, bias: FloatRegion?, rectifying: Bool, into images: FloatRegion,
        accumulating: Bool
    ) {
        precondition(
            images.count >= count * geometry.imageCount && lowered.count >= count * geometry.loweredCount
                && (bias?.count ?? geometry.channels) == geometry.channels, "col2im of \(count)")
        if geometry.storesPlanes {
            return geometry.col2imPlanes(
                lowered, count: count, bias: bias?[0] ?? 0, rectifying: rectifying, into: images,
                accumulating: accumulating)
        }
        for image in 0..<count {
            let source = UnsafePointer(lowered.base + image * geometry.loweredCount)
            let target = images.base + image * geometry.imageCount
            for row in rows {
                for index in 0..<row.count {
                    let line = target + (row.first + index * row.step) * geometry.width * geometry.channels
                    for column in columns {
                        sum(
                            source, row, index, column, bias: bias?.base, rectifying: rectifying, into: line,
                            accumulating: accumulating)
                    }
                }
            }
        }
    }

    /// A run of pixels of one row of the image, at most four taps at a time.
    @inline(__always)
    private func sum(
        _ lowered: UnsafePointer<Float>, _ row: TapGroup, _ index: Int, _ column: TapGroup,
        bias: UnsafeMutablePointer<Float>?, rectifying: Bool, into line: UnsafeMutablePointer<Float>,
        accumulating: Bool
    ) {
        let channels = geometry.channels
        let across = column.taps.count
        let taps = row.taps.count * across
        func values(_ tap: Int) -> UnsafePointer<Float> {
            let (y, x) = (row.taps[tap / across], column.taps[tap % across])
            let position = (y.input + index * row.inputStep) * geometry.gridWidth + x.input
            return lowered + position * geometry.patch
                + (y.kernel * geometry.kernelWidth + x.kernel) * channels
        }
        var run = PixelRun(
            target: line + column.first * channels, targetStep: column.step * channels,
            step: column.inputStep * geometry.patch, count: column.count, channels: channels,
            bias: bias.map { UnsafePointer($0) }, adds: accumulating, rectifies: rectifying && taps <= 4)
        guard taps > 0 else { return run.sum0() }
        var tap = 0
        while tap < taps {
            let left = taps - tap
            if tap > 0 { (run.bias, run.adds, run.rectifies) = (nil, true, rectifying && left <= 4) }
            switch left {
            case 1: run.sum1(values(tap))
            case 2: run.sum2(values(tap), values(tap + 1))
            case 3: run.sum3(values(tap), values(tap + 1), values(tap + 2))
            default: run.sum4(values(tap), values(tap + 1), values(tap + 2), values(tap + 3))
            }
            tap += 4
        }
    }
}

/// Pixels at a fixed distance, each the sum of values at a fixed distance.
private struct PixelRun {
    let target: UnsafeMutablePointer<Float>
    let targetStep: Int
    /// From a pixel's values to those of the next.
    let step: Int
    let count: Int
    let channels: Int
    var bias: UnsafePointer<Float>?
    /// Adds to what is there.
    var adds: Bool
    var rectifies: Bool

    func sum0() {
        sum { _, _ in
            .zero
        } four: { _, _ in
            .zero
        } one: { _, _ in
            0
        }
    }

    func sum1(_ a: UnsafePointer<Float>) {
        sum {
            wide(a, $0, $1)
        } four: {
            four(a, $0, $1)
        } one: {
            one(a, $0, $1)
        }
    }

    func sum2(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>) {
        sum {
            wide(a, $0, $1) + wide(b, $0, $1)
        } four: {
            four(a, $0, $1) + four(b, $0, $1)
        } one: {
            one(a, $0, $1) + one(b, $0, $1)
        }
    }

    func sum3(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafePointer<Float>) {
        sum {
            wide(a, $0, $1) + wide(b, $0, $1) + wide(c, $0, $1)
        } four: {
            four(a, $0, $1) + four(b, $0, $1) + four(c, $0, $1)
        } one: {
            one(a, $0, $1) + one(b, $0, $1) + one(c, $0, $1)
        }
    }

    func sum4(
        _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafePointer<Float>,
        _ d: UnsafePointer<Float>
    ) {
        sum {
            wide(a, $0, $1) + wide(b, $0, $1) + (wide(c, $0, $1) + wide(d, $0, $1))
        } four: {
            four(a, $0, $1) + four(b, $0, $1) + (four(c, $0, $1) + four(d, $0, $1))
        } one: {
            one(a, $0, $1) + one(b, $0, $1) + (one(c, $0, $1) + one(d, $0, $1))
        }
    }

    // Vectors of a fixed width, as in im2col.
    private typealias Wide = SIMD16<Float>
    private typealias Four = SIMD4<Float>

    @inline(__always)
    private func wide(_ values: UnsafePointer<Float>, _ pixel: Int, _ channel: Int) -> Wide {
        UnsafeRawPointer(values + (pixel &* step &+ channel)).loadUnaligned(as: Wide.self)
    }
    @inline(__always)
    private func four(_ values: UnsafePointer<Float>, _ pixel: Int, _ channel: Int) -> Four {
        UnsafeRawPointer(values + (pixel &* step &+ channel)).loadUnaligned(as: Four.self)
    }
    @inline(__always)
    private func one(_ values: UnsafePointer<Float>, _ pixel: Int, _ channel: Int) -> Float {
        values[pixel &* step &+ channel]
    }

    @inline(__always)
    private func sum(
        _ wide: (Int, Int) -> Wide, four: (Int, Int) -> Four, one: (Int, Int) -> Float
    ) {
        for pixel in 0..<count {
            let values = target + pixel &* targetStep
            var channel = 0
            while channel &+ 16 <= channels {
                let at = UnsafeMutableRawPointer(values + channel)
                var sum = wide(pixel, channel)
                if let bias { sum += UnsafeRawPointer(bias + channel).loadUnaligned(as: Wide.self) }
                if adds { sum += at.loadUnaligned(as: Wide.self) }
                if rectifies { sum.replace(with: 0, where: sum .< 0) }
                at.storeBytes(of: sum, as: Wide.self)
                channel &+= 16
            }
            while channel &+ 4 <= channels {
                let at = UnsafeMutableRawPointer(values + channel)
                var sum = four(pixel, channel)
                if let bias { sum += UnsafeRawPointer(bias + channel).loadUnaligned(as: Four.self) }
                if adds { sum += at.loadUnaligned(as: Four.self) }
                if rectifies { sum.replace(with: 0, where: sum .< 0) }
                at.storeBytes(of: sum, as: Four.self)
                channel &+= 4
            }
            while channel < channels {
                var sum = one(pixel, channel)
                if let bias { sum += bias[channel] }
                if adds { sum += values[channel] }
                values[channel] = rectifies ? rectify(sum) : sum
                channel &+= 1
            }
        }
    }
}
