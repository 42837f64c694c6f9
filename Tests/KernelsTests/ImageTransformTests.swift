import Kernels
import ReferenceKernels
import Testing

@Suite("Image transforms")
struct ImageTransformTests {
    struct Shape: Sendable {
        let height, width, channels: Int
        var count: Int { height * width * channels }
    }

    static let shapes = [
        Shape(height: 1, width: 1, channels: 1), Shape(height: 1, width: 6, channels: 1),
        Shape(height: 7, width: 1, channels: 2), Shape(height: 5, width: 8, channels: 1),
        Shape(height: 9, width: 6, channels: 3), Shape(height: 4, width: 4, channels: 5),
        Shape(height: 13, width: 13, channels: 1), Shape(height: 28, width: 28, channels: 1),
    ]

    /// Values in [0, 1].
    private func image(_ shape: Shape, seed: UInt64 = 1) -> [Float] {
        var random = SplitMix(state: seed)
        return random.values(shape.count).map(abs)
    }

    private func apply(_ transform: ImageTransform, to image: [Float], _ shape: Shape) throws -> [Float] {
        let region = try Guarded(image)
        let scratch = try Guarded(
            untouched: ImageTransform.scratchCount(
                height: shape.height, width: shape.width, channels: shape.channels))
        transform.apply(
            to: region.region, height: shape.height, width: shape.width, channels: shape.channels,
            scratch: scratch.region)
        #expect(areIntact([region, scratch]))
        return region.values
    }

    /// Places are off by 2⁻²⁴ at most by their fraction, and by half of 2⁻³² for each pixel of the sides twice over: below 2⁻²³ up to
    /// 64 pixels. Between values in [0, 1] that makes 2⁻²² along both axes; two interpolations, one behind the other, are rounded
    /// three times each, and the factor, below 2, enlarges all that and is rounded once more: 2·(2⁻²² + 7·2⁻²⁴) < 2⁻²⁰.
    static let tolerance = 0x1p-20

    @Test(arguments: shapes)
    func agreesWithTheSlowTwin(shape: Shape) throws {
        var random = SplitMix(state: 3)
        for trial in 0..<200 {
            let image = image(shape, seed: UInt64(trial))
            let transform = ImageTransform(
                isMirrored: random.next() % 2 == 0, turns: Double(random.signed()),
                right: Int(random.next() % 9) - 4, down: Int(random.next() % 9) - 4,
                brightness: 1 + 0.9 * random.signed())
            let found = try apply(transform, to: image, shape)
            let expected = transform.reference(
                image.doubles, height: shape.height, width: shape.width, channels: shape.channels)
            let bounds = expected.map { _ in Self.tolerance }
            #expect(excess(found, expected, bounds: bounds) <= 1, "\(transform)")
            #expect(found.allSatisfy { $0 >= 0 && $0 <= 1 })
        }
    }

    /// Mirroring and moving copy: also farther than the image is wide.
    @Test(arguments: shapes)
    func copiesAreExact(shape: Shape) throws {
        let image = image(shape)
        for isMirrored in [false, true] {
            for (right, down) in [(0, 0), (1, 0), (0, -1), (-2, 3), (3, 2), (20, -20), (-40, 40)] {
                let transform = ImageTransform(isMirrored: isMirrored, right: right, down: down)
                var expected: [Float] = []
                for y in 0..<shape.height {
                    for x in 0..<shape.width {
                        var column = min(max(x - right, 0), shape.width - 1)
                        if isMirrored { column = shape.width - 1 - column }
                        let row = min(max(y - down, 0), shape.height - 1)
                        let first = (row * shape.width + column) * shape.channels
                        expected += image[first..<first + shape.channels]
                    }
                }
                #expect(identical(try apply(transform, to: image, shape), expected), "\(transform)")
            }
        }
    }

    @Test func movesARowAsOneSeesIt() throws {
        let shape = Shape(height: 1, width: 5, channels: 1)
        let row: [Float] = [0.1, 0.2, 0.3, 0.4, 0.5]
        #expect(try apply(ImageTransform(right: 2), to: row, shape) == [0.1, 0.1, 0.1, 0.2, 0.3])
        #expect(try apply(ImageTransform(right: -1), to: row, shape) == [0.2, 0.3, 0.4, 0.5, 0.5])
        #expect(try apply(ImageTransform(isMirrored: true), to: row, shape) == row.reversed())
        let mirroredFirst = ImageTransform(isMirrored: true, right: 1)
        #expect(try apply(mirroredFirst, to: row, shape) == [0.5, 0.5, 0.4, 0.3, 0.2])
    }

    @Test(arguments: shapes)
    func mirroringTwiceAndNothingChangeNothing(shape: Shape) throws {
        let image = image(shape)
        let mirror = ImageTransform(isMirrored: true)
        let once = try apply(mirror, to: image, shape)
        #expect(identical(try apply(mirror, to: once, shape), image))
        #expect(shape.width < 4 || once != image)
        #expect(identical(try apply(ImageTransform(), to: image, shape), image))
        // Whole turns, and so small a one that no place leaves its pixel.
        for turns in [1, -2, 0x1p-60] {
            #expect(identical(try apply(ImageTransform(turns: turns), to: image, shape), image), "\(turns)")
        }
    }

    /// Quarters of a turn of a square put pixels on pixels, exactly.
    @Test(arguments: [1, 2, 5, 8, 28])
    func quartersOfATurn(side: Int) throws {
        let shape = Shape(height: side, width: side, channels: 2)
        let image = image(shape)
        func expected(_ from: (_ y: Int, _ x: Int) -> (Int, Int)) -> [Float] {
            (0..<side * side).flatMap { place in
                let (row, column) = from(place / side, place % side)
                let first = (row * side + column) * 2
                return image[first..<first + 2]
            }
        }
        let last = side - 1
        // Counter-clockwise: what was at the right end of the first row is at its left end.
        for (turns, pixels) in [
            (0.25, expected { y, x in (x, last - y) }), (0.5, expected { y, x in (last - y, last - x) }),
            (-0.25, expected { y, x in (last - x, y) }), (0.75, expected { y, x in (last - x, y) }),
        ] {
            #expect(identical(try apply(ImageTransform(turns: turns), to: image, shape), pixels), "\(turns)")
        }
    }

    /// The centre of mass of a spot follows the angle, and keeps its distance from the centre.
    @Test func aSpotGoesRoundTheCentre() throws {
        let shape = Shape(height: 33, width: 41, channels: 1)
        var image = [Float](repeating: 0, count: shape.count)
        // Ten pixels to the right of the centre.
        for y in 15...17 { for x in 29...31 { image[y * 41 + x] = 1 } }
        for degrees in [-170.0, -90, -33, 10, 45, 120] {
            let found = try apply(ImageTransform(turns: degrees / 360), to: image, shape)
            var (mass, x, y) = (0.0, 0.0, 0.0)
            for (index, value) in found.enumerated() {
                mass += Double(value)
                x += Double(value) * Double(index % 41 - 20)
                y += Double(value) * Double(index / 41 - 16)
            }
            let (sine, cosine) = Elementary.sineAndCosine(turns: degrees / 360)
            // Sampling moves the centre of mass of nine pixels by a small part of one.
            #expect(abs(x / mass - 10 * cosine) < 0.1 && abs(y / mass + 10 * sine) < 0.1)
        }
    }

    @Test func brightnessIsAFactorAndEndsAtOne() throws {
        let shape = Shape(height: 1, width: 5, channels: 1)
        let row: [Float] = [0, 0.25, 0.5, 0.75, 1]
        #expect(try apply(ImageTransform(brightness: 1.5), to: row, shape) == [0, 0.375, 0.75, 1, 1])
        #expect(try apply(ImageTransform(brightness: 0.5), to: row, shape) == [0, 0.125, 0.25, 0.375, 0.5])
        #expect(try apply(ImageTransform(brightness: 0), to: row, shape) == [0, 0, 0, 0, 0])
    }

    /// What is of one grey all over stays so, whatever is done to it: there is no seam.
    @Test func plainImagesStayPlain() throws {
        let shape = Shape(height: 9, width: 12, channels: 3)
        let image = [Float](repeating: 0.3, count: shape.count)
        for degrees in [3.0, 45, 90, 179] {
            let transform = ImageTransform(isMirrored: true, turns: degrees / 360, right: 3, down: -5)
            #expect(identical(try apply(transform, to: image, shape), image))
        }
    }
}

/// Pixels that lie in a region already.
@Suite("Binarisation in place")
struct RegionBinarizationTests {
    @Test func theUpperHalfIsWhite() throws {
        let region = try Guarded([0, 0.25, 0.499, 0.5, 0.75, 1])
        Pixels.threshold(region.region)
        #expect(region.values == [0, 0, 0, 1, 1, 1] && region.isIntact)
    }

    /// The same draws as of floats on their way in.
    @Test func drawsAreThoseOfFloats() throws {
        var random = SplitMix(state: 4)
        let values = random.values(1000).map(abs) + [0, 1]
        let (found, expected) = (try Guarded(values), try Guarded(untouched: values.count))
        var stream = RandomStream(seed: 3, purpose: .binarization, item: 7)
        var again = stream
        Pixels.draw(found.region, from: &stream)
        Pixels.draw(values.span, range: 0..<values.count, from: &again, into: expected.region)
        #expect(found.values == expected.values && areIntact([found, expected]))
        #expect(found.values.contains(0) && found.values.contains(1))
    }
}
