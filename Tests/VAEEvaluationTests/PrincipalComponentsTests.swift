import Foundation
import Testing
import VAECore

@testable import VAEEvaluation

/// Principal components, as axes and as a baseline.
@Suite struct PrincipalComponentsTests {
    @Test func principalComponentsAsScikitLearn() throws {
        let golden = try StatisticsGolden.load()
        let (train, test) = (
            try StatisticsGolden.images(200, state: 3), try StatisticsGolden.images(50, state: 4)
        )
        let space = try PrincipalComponents(fittedTo: train, components: 3)
        #expect(difference(space.variances, golden["principal.variances"] ?? []) < 1e-13)
        #expect(difference([space.varianceShare], golden["principal.share"] ?? []) < 1e-13)
        // Axes are rounded to Float: 2⁻²⁵ of entries up to 0.3.
        #expect(difference(space.axes.map(Double.init), golden["principal.axes"] ?? []) < 1e-8)
        let errors = try space.errors(on: test)
        // Images are decoded in Float: sums of 3 and codes of 64 terms up to 1, 2⁻²⁴ · 10 = 1e-6 a pixel. Differences of 0.03 are
        // squared, and their errors are of either sign; cross-entropies have slopes of at most 5 a pixel, over 64.
        #expect(difference([errors.squaredError.mean], golden["principal.squaredError"] ?? []) < 1e-8)
        #expect(difference([errors.crossEntropy.mean], golden["principal.crossEntropy"] ?? []) < 1e-5)
        #expect(space.imagesUsed == 200 && errors.clamp == 1.0 / 510)
        for threads in [1, 2, 3, 8] {
            let other = try PrincipalComponents(fittedTo: train, components: 3, threads: threads)
            #expect(other.axes == space.axes && other.variances == space.variances)
            let codes = try other.encode(test, threads: threads)
            #expect(
                try codes == space.encode(test)
                    && other.decode(codes, threads: threads) == space.decode(codes))
        }
    }

    /// From inner products of images, where there are fewer of them than pixels: the same axes.
    @Test func fewImagesHaveTheSameAxes() throws {
        let few = try StatisticsGolden.images(40, state: 5)
        #expect(few.count < few.shape.count)
        let fromImages = try PrincipalComponents(fittedTo: few, components: 5)
        // The same images twice: more than pixels, the same mean, and 79/39/2 of the variance.
        let twice = try ImageSet(shape: few.shape, pixels: few.pixels + few.pixels)
        let fromPixels = try PrincipalComponents(fittedTo: twice, components: 5)
        for (a, b) in zip(fromImages.variances, fromPixels.variances) {
            #expect(abs(a * 78 / 79 / b - 1) < 1e-12)
        }
        #expect(abs(fromImages.totalVariance * 78 / 79 / fromPixels.totalVariance - 1) < 1e-12)
        // 40 terms in Float, over an axis that holds a hundredth of the largest variance.
        #expect(difference(fromImages.axes.map(Double.init), fromPixels.axes.map(Double.init)) < 1e-5)
    }

    /// As many components as directions there are give the images back, and more make nothing up.
    @Test func allComponentsGiveTheImagesBack() throws {
        let images = try StatisticsGolden.images(12, state: 6)
        let whole = try PrincipalComponents(fittedTo: images, components: 11)
        #expect(try whole.errors(on: images).squaredError.mean < 1e-12)
        #expect(abs(whole.varianceShare - 1) < 1e-12)
        // Six images twice: five directions, of eleven asked for.
        let half = try Array(images.pixels.prefix(6 * 64))
        let twice = try ImageSet(shape: images.shape, pixels: half + half)
        let space = try PrincipalComponents(fittedTo: twice, components: 11)
        #expect(try space.errors(on: twice).squaredError.mean < 1e-12)
        #expect(
            space.axes[(5 * 64)...].allSatisfy { $0 == 0 } && space.axes[..<(5 * 64)].contains { $0 != 0 })
        let black = try ImageSet(shape: images.shape, pixels: [UInt8](repeating: 9, count: 64 * 70))
        let nothing = try PrincipalComponents(fittedTo: black, components: 2)
        #expect(try nothing.errors(on: black).squaredError.mean < 1e-12 && nothing.varianceShare == 1)
    }

    @Test func codesOfValuesAndOfBytesAgree() throws {
        let images = try StatisticsGolden.images(300, state: 7)
        let space = try PrincipalComponents(fittedTo: images, components: 4)
        let values = try images.pixels.map { Float($0) / 255 }
        #expect(try space.encode(values: values).coordinates == space.encode(images).coordinates)
    }

    @Test func principalComponentsAsABaseline() throws {
        let pixels = try StatisticsGolden.images(120, state: 8)
        let labels = (0..<120).map { Int($0 % 3) }
        let labelled = try ImageSet(shape: pixels.shape, pixels: pixels.pixels, labels: labels)
        let (train, test) = (labelled.slice(0..<90), labelled.slice(90..<120))
        func baseline(
            _ train: ImageSet, _ test: ImageSet, threads: Int = 2
        ) throws -> Evaluation.Baselines.PrincipalComponents {
            try .init(train: train, test: test, components: 2, likelihood: .bernoulli, threads: threads)
        }
        let found = try baseline(train, test, threads: 1)
        let space = try PrincipalComponents(fittedTo: train, components: 2)
        #expect(found.components == 2 && found.trainImages == 90)
        let errors = try Evaluation.Baselines.Errors(space.errors(on: test), .bernoulli, on: test) {
            (_) throws(VAEError) in []
        }
        #expect(found.errors == errors)
        let (known, codes) = (try space.encode(train), try space.encode(test))
        #expect(
            try found.nearestNeighboursAccuracy
                == NearestNeighbours(fittedTo: known).classification(of: codes).accuracy)
        let deviations = (0..<2).map { axis in
            let values = (0..<90).map { Double(known.coordinates[2 * $0 + axis]) }
            let mean = values.reduce(0, +) / 90
            return (values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 90).squareRoot()
        }
        func whitened(_ points: Points) throws -> Points {
            try Points(
                points.coordinates.enumerated().map { Float(Double($1) / deviations[$0 % 2]) }, size: 2,
                labels: points.labels)
        }
        #expect(
            try found.whitenedNearestNeighboursAccuracy
                == NearestNeighbours(fittedTo: whitened(known)).classification(of: whitened(codes)).accuracy)
        #expect(found.whitenedNearestNeighboursAccuracy != found.nearestNeighboursAccuracy)
        #expect(
            try found.linearAccuracy
                == LinearDiscriminant(fittedTo: known).classification(of: codes).accuracy)
        #expect(try baseline(train, test, threads: 3) == found)
        let plain = try ImageSet(shape: pixels.shape, pixels: pixels.pixels)
        let unlabelled = try baseline(plain.slice(0..<90), plain.slice(90..<120))
        #expect(unlabelled.nearestNeighboursAccuracy == nil && unlabelled.linearAccuracy == nil)
        #expect(unlabelled.errors == found.errors)
        // Fewer images than neighbours: no vote, but all the rest.
        let few = try baseline(labelled.slice(0..<8), test)
        #expect(few.nearestNeighboursAccuracy == nil && few.linearAccuracy != nil)
        let alike = try ImageSet(
            shape: pixels.shape, pixels: [UInt8](repeating: 9, count: pixels.shape.count * 90),
            labels: Array(labels.prefix(90)))
        #expect(try baseline(alike, test).linearAccuracy == nil)
    }
}
