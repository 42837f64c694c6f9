import Foundation
import Testing
import VAECore

@testable import VAEEvaluation

@Suite("Simpler models") struct BaselinesTests {
    /// By hand: two pixels, of which one image has (0, 255) and one (51, 255).
    @Test func errorsByHand() throws {
        let images = try ImageSet(shape: ImageShape(height: 1, width: 2), pixels: [0, 255, 51, 255])
        let errors = try ReconstructionErrors(of: [0.5, 0.75, 0.2, -3], images: images, clamp: 0.01)
        let (first, second) = (
            -log(0.5) - log(0.75), -0.2 * log(0.2) - 0.8 * log(0.8) - log(0.01)
        )
        // 0.2 and 51/255 differ by a rounding to Float, 2⁻²⁶.
        #expect(abs(errors.crossEntropy.mean - (first + second) / 2) < 1e-7)
        #expect(abs(errors.squaredError.mean - ((0.25 + 0.0625) / 2 + 16.0 / 2) / 2) < 1e-7)
        #expect(abs(try GreyEntropy.of(images).mean - (-0.2 * log(0.2) - 0.8 * log(0.8)) / 2) < 1e-15)
        // Sums of (0.2 + ½)/3 and (2 + ½)/3.
        let mean = try PixelwiseMean(fittedTo: images)
        #expect(difference(mean.means, [0.7 / 3, 2.5 / 3]) < 1e-15)
    }

    @Test func meanAndFloorAsNumPy() throws {
        let golden = try StatisticsGolden.load()
        let (train, test) = (
            try StatisticsGolden.images(200, state: 3), try StatisticsGolden.images(50, state: 4)
        )
        let errors = try PixelwiseMean(fittedTo: train).errors(on: test)
        #expect(difference([errors.crossEntropy.mean], golden["mean.crossEntropy"] ?? []) < 1e-12)
        #expect(difference([errors.crossEntropy.standardError], golden["mean.standardError"] ?? []) < 1e-12)
        #expect(difference([errors.squaredError.mean], golden["mean.squaredError"] ?? []) < 1e-14)
        #expect(difference([try GreyEntropy.of(test).mean], golden["grey.entropy"] ?? []) < 1e-12)
        // Nothing goes below the floor, the images themselves reach it.
        let itself = try ReconstructionErrors(
            of: test.pixels.map { Float($0) / 255 }, images: test, clamp: 1e-9)
        #expect(abs(itself.crossEntropy.mean - (try GreyEntropy.of(test).mean)) < 1e-6)
        #expect(itself.squaredError.mean < 1e-14)
    }

    /// A pixel that is black in all training images is white in a test image.
    @Test func nothingIsImpossible() throws {
        let shape = ImageShape(height: 1, width: 1)
        let errors = try PixelwiseMean(fittedTo: ImageSet(shape: shape, pixels: [0, 0, 0]))
            .errors(on: ImageSet(shape: shape, pixels: [255]))
        #expect(abs(errors.crossEntropy.mean - log(8)) < 1e-14)
    }

    /// Some images at a time give what all at once do.
    @Test func errorsInBlocks() throws {
        // More pixels than a block has.
        let shape = ImageShape(height: 2048, width: 2048)
        let images = try ImageSet(
            shape: shape, pixels: (0..<6 * shape.count).map { UInt8(truncatingIfNeeded: $0 / 3) })
        var blocks: [Int] = []
        let found = try ReconstructionErrors(on: images) { (part) throws(VAEError) in
            blocks.append(part.count)
            return try part.pixels.map { Float($0) / 300 }
        }
        #expect(blocks == [4, 2])
        #expect(
            try found == ReconstructionErrors(of: images.pixels.map { Float($0) / 300 }, images: images))
    }

    @Test func whatDoesNotFitIsRefused() throws {
        let images = try StatisticsGolden.images(10, state: 1)
        let other = try ImageSet(
            shape: ImageShape(height: 4, width: 4), pixels: [UInt8](repeating: 1, count: 160))
        let none = try ImageSet(shape: images.shape, pixels: [])
        let space = try PrincipalComponents(fittedTo: images, components: 2)
        let values = [Float](repeating: 0.5, count: 640)
        typealias Work = () throws(VAEError) -> Void
        let refused: [(VAEError.Kind, String, Work)] = [
            (
                .invalidArgument, "principal components",
                { () throws(VAEError) in _ = try PrincipalComponents(fittedTo: images, components: 0) }
            ),
            (
                .invalidArgument, "principal components",
                { () throws(VAEError) in _ = try PrincipalComponents(fittedTo: images, components: 10) }
            ),
            (
                .invalidArgument, "principal components",
                { () throws(VAEError) in _ = try PrincipalComponents(fittedTo: none, components: 1) }
            ),
            (
                .invalidArgument, "principal components",
                { () throws(VAEError) in
                    _ = try PrincipalComponents(fittedTo: images.slice(0..<1), components: 1)
                }
            ),
            (
                .invalidArgument, "threads",
                { () throws(VAEError) in
                    _ = try PrincipalComponents(fittedTo: images, components: 1, threads: 0)
                }
            ),
            (.invalidArgument, "images", { () throws(VAEError) in _ = try space.encode(other) }),
            (.invalidArgument, "images", { () throws(VAEError) in _ = try space.encode(none) }),
            (.invalidArgument, "images", { () throws(VAEError) in _ = try space.encode(values: [0.5]) }),
            (
                .invalidData, "images",
                { () throws(VAEError) in _ = try space.encode(values: values.dropLast() + [.nan]) }
            ),
            (
                .invalidArgument, "codes",
                { () throws(VAEError) in _ = try space.decode(Points([1, 2, 3], size: 3)) }
            ),
            (
                .invalidArgument, "reconstructions",
                { () throws(VAEError) in _ = try ReconstructionErrors(of: [0], images: images) }
            ),
            (
                .invalidArgument, "reconstructions",
                { () throws(VAEError) in _ = try ReconstructionErrors(of: [], images: none) }
            ),
            (
                .invalidArgument, "clamp",
                { () throws(VAEError) in _ = try ReconstructionErrors(of: values, images: images, clamp: 0) }
            ),
            (
                .invalidArgument, "clamp",
                { () throws(VAEError) in _ = try ReconstructionErrors(of: values, images: images, clamp: 0.5)
                }
            ),
            (
                .invalidData, "reconstructions",
                { () throws(VAEError) in
                    _ = try ReconstructionErrors(of: values.dropLast() + [.nan], images: images)
                }
            ),
            (
                .invalidArgument, "training images",
                { () throws(VAEError) in _ = try PixelwiseMean(fittedTo: none) }
            ),
            (
                .invalidArgument, "images",
                { () throws(VAEError) in _ = try PixelwiseMean(fittedTo: images).errors(on: other) }
            ),
            (
                .invalidArgument, "images",
                { () throws(VAEError) in _ = try PixelwiseMean(fittedTo: images).errors(on: none) }
            ),
            (.invalidArgument, "images", { () throws(VAEError) in _ = try GreyEntropy.of(none) }),
        ]
        for (index, (kind, subject, work)) in refused.enumerated() {
            let found = failure(work)
            #expect(
                found?.kind == kind && found?.subject == subject,
                "case \(index): \(String(describing: found))")
        }
    }
}
