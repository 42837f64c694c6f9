import Kernels
import ReferenceKernels
import Testing

/// im2col and col2im, whose every value is a copy or a sum of copies.
@Suite("Lowering")
struct LoweringTests {
    static let cases = ConvolutionCase.grid + ConvolutionCase.blocks

    /// A lowered row is what a kernel of one 1 and else zeros sees: exact, so compared for equality.
    @Test func lowersWhatTheKernelSees() throws {
        for sizes in Self.cases.filter({ $0.channels < 32 && $0.height < 10 }) {
            let geometry = try sizes.geometry()
            var random = SplitMix(state: 1)
            let images = random.values(sizes.imageCount)
            let (source, lowered) = (
                try Guarded(images), try Guarded(untouched: sizes.count * geometry.loweredCount)
            )
            geometry.im2col(source.region, count: sizes.count, into: lowered.region)
            // A kernel for each value of the patch: the identity matrix.
            var identity = sizes
            identity.filters = geometry.patch
            var kernel = [Double](repeating: 0, count: geometry.patch * geometry.patch)
            for index in 0..<geometry.patch { kernel[index * geometry.patch + index] = 1 }
            let expected = identity.reference.forward(images.doubles, kernel: kernel, count: sizes.count)
            var rows = lowered.values
            if geometry.storesPlanes {
                // Stored a tap after the other; the definition goes a position after the other.
                let positions = sizes.count * geometry.positions
                rows = (0..<rows.count).map {
                    lowered.values[$0 % geometry.patch * positions + $0 / geometry.patch]
                }
            }
            #expect(identical(rows.doubles, expected), "\(sizes.testDescription)")
            #expect(lowered.isIntact && source.isIntact && identical(source.values, images))
        }
    }

    /// ⟨lower(x), y⟩ = ⟨x, raise(y)⟩. With small whole numbers every sum is exact, and so is the equality.
    @Test func raisingIsTheTransposeOfLowering() throws {
        for sizes in Self.cases {
            let geometry = try sizes.geometry()
            var random = SplitMix(state: 2)
            func whole(_ count: Int) -> [Float] { (0..<count).map { _ in Float(random.next() % 15) - 7 } }
            let (x, y) = (whole(sizes.imageCount), whole(sizes.count * geometry.loweredCount))
            let (images, lowered) = (try Guarded(x), try Guarded(untouched: y.count))
            geometry.im2col(images.region, count: sizes.count, into: lowered.region)
            let raised = try Guarded(untouched: x.count)
            let source = try Guarded(y)
            let col2im = PixelSums(geometry)
            col2im(
                source.region, count: sizes.count, bias: nil, rectifying: false, into: raised.region,
                accumulating: false)
            #expect(
                product(lowered.values, y) == product(x, raised.values), "\(sizes.testDescription)")
            #expect(areIntact([images, lowered, raised]) && identical(source.values, y))
            // It adds to what is there.
            let above = try Guarded([Float](repeating: 100, count: x.count))
            col2im(
                source.region, count: sizes.count, bias: nil, rectifying: false, into: above.region,
                accumulating: true)
            #expect(identical(above.values, raised.values.map { $0 + 100 }))
            // With a bias for each channel, and cut at 0.
            let bias = try Guarded(whole(sizes.channels))
            let cut = try Guarded(untouched: x.count)
            col2im(
                source.region, count: sizes.count, bias: bias.region, rectifying: true, into: cut.region,
                accumulating: false)
            let expected = raised.values.indices.map {
                max(raised.values[$0] + bias.values[$0 % sizes.channels], 0)
            }
            #expect(identical(cut.values, expected), "\(sizes.testDescription)")
            #expect(areIntact([above, bias, cut, source]))
        }
    }

    private func product(_ a: [Float], _ b: [Float]) -> Double {
        var sum = 0.0
        for index in a.indices { sum += Double(a[index]) * Double(b[index]) }
        return sum
    }

    /// The cases for `sgemm` of differences are computed by it, and no others.
    @Test func pairsWhatIsMeantToBePaired() throws {
        func isPaired(_ sizes: ConvolutionCase) throws -> Bool {
            Convolution2D(
                try sizes.geometry(), filters: sizes.filters, activation: .identity, tiles: nil
            ).isFiltered
        }
        for sizes in ConvolutionCase.paired { #expect(try isPaired(sizes), "\(sizes.testDescription)") }
        for sizes in Self.cases { #expect(try !isPaired(sizes), "\(sizes.testDescription)") }
    }

    /// TensorFlow's `same`, against sizes and paddings that its documentation's formula gives by hand.
    @Test(
        arguments: [
            // size, kernel, stride → positions, padding before
            (28, 3, 2, 14, 0), (14, 3, 2, 7, 0), (7, 3, 2, 4, 1), (28, 3, 1, 28, 1), (1, 3, 2, 1, 1),
            (2, 3, 2, 1, 0), (5, 5, 1, 5, 2), (5, 4, 1, 5, 1), (6, 1, 3, 2, 0), (7, 1, 3, 3, 0),
            (1, 5, 1, 1, 2), (9, 2, 3, 3, 0),
        ])
    func paddingIsSame(size: Int, kernel: Int, stride: Int, positions: Int, padding: Int) throws {
        let rows = try ConvolutionGeometry(
            height: size, width: 4, channels: 1, kernelHeight: kernel, kernelWidth: 1, stride: stride)
        #expect(rows.gridHeight == positions && rows.paddingTop == padding)
        let columns = try ConvolutionGeometry(
            height: 4, width: size, channels: 1, kernelHeight: 1, kernelWidth: kernel, stride: stride)
        #expect(columns.gridWidth == positions && columns.paddingLeft == padding)
    }

    @Test func sizesThatAreNoneAreRefused() {
        for position in 0..<6 {
            for value in [0, -1] {
                var sizes = [4, 4, 1, 3, 3, 2]
                sizes[position] = value
                #expect(throws: GeometryError.self) {
                    try ConvolutionGeometry(
                        height: sizes[0], width: sizes[1], channels: sizes[2], kernelHeight: sizes[3],
                        kernelWidth: sizes[4], stride: sizes[5])
                }
            }
        }
    }

    /// Blocks cover all images once, in order, and only the last may be smaller.
    @Test func blocksCoverAllImages() throws {
        let sizes = ConvolutionCase.blocks.map { try! $0.geometry() }
        for geometry in sizes {
            for count in 0...9 {
                let block = count == 0 ? 1 : geometry.imagesPerBlock(of: count)
                #expect(block >= 1)
                #expect(block == 1 || block * geometry.loweredCount <= 128 << 10)
            }
        }
        // The cases above do what they are for: several blocks, some with a partial last one.
        #expect(sizes.map { $0.imagesPerBlock(of: 9) } == [2, 1, 4])
    }
}
