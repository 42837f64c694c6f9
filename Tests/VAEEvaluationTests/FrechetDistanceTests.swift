import Foundation
import Testing
import VAECore

@testable import VAEEvaluation

@Suite("Fréchet distances") struct FrechetDistanceTests {
    @Test func asSciPy() throws {
        let golden = try StatisticsGolden.load()
        let train = try GaussianMoments(of: StatisticsGolden.blobs(400, state: 1))
        let test = try StatisticsGolden.blobs(200, state: 2)
        // Sums of a size of 10 in Double, with a root of a well-conditioned product: a few hundred roundings.
        #expect(
            difference(
                [try train.frechetDistance(to: GaussianMoments(of: test))], golden["frechet.blobs"] ?? [])
                < 1e-12)
        // As the script does it: scaled by 1, −2 and ½, moved by 3, 0 and −1. Here rounded to Float, 2⁻²⁴ of coordinates up to 5.
        let apart = test.coordinates.enumerated().map { index, value in
            [1, -2, 0.5][index % 3] * value + [3, 0, -1][index % 3]
        }
        let moments = try GaussianMoments(of: Points(apart, size: 3))
        #expect(difference([try train.frechetDistance(to: moments)], golden["frechet.apart"] ?? []) < 1e-5)
    }

    /// In one dimension (μ₁ − μ₂)² + (σ₁ − σ₂)²; the covariance has n − 1 below.
    @Test func oneDimensionByHand() throws {
        let a = try GaussianMoments(of: Points([-1, 0, 1], size: 1))
        let b = try GaussianMoments(of: Points([1, 4, 7], size: 1))
        #expect(a.covariance == [1] && b.covariance == [9] && b.mean == [4])
        #expect(abs(try a.frechetDistance(to: b) - 20) < 1e-13)
        #expect(abs(try b.frechetDistance(to: a) - 20) < 1e-13)
        #expect(try a.frechetDistance(to: a) < 1e-13)
    }

    /// Points on two crossing lines: both covariances have rank 1, and their product is not symmetric. With unit vectors u and v,
    /// tr (Σ₁Σ₂)^½ = σ₁σ₂ |u·v|.
    @Test func lowerRanks() throws {
        func line(_ x: Float, _ y: Float, _ z: Float) throws -> GaussianMoments {
            try GaussianMoments(of: Points([-x, -y, -z, 0, 0, 0, x, y, z], size: 3))
        }
        let (a, b) = (try line(1, 0, 0), try line(3, 4, 0))
        // 1 + 25 − 2 · 1 · 5 · 0.6; roots of zero eigenvalues are rounding's root, 1e-8, times the other's 5.
        #expect(abs(try a.frechetDistance(to: b) - 20) < 1e-6)
        #expect(abs(try a.frechetDistance(to: line(0, 0, 2)) - 5) < 1e-6)
        #expect(try a.frechetDistance(to: a) < 1e-6)
        let point = try GaussianMoments(of: Points([1, 1, 1, 1, 1, 1], size: 3))
        #expect(abs(try a.frechetDistance(to: point) - 4) < 1e-13)
    }

    @Test func samplesAndFloor() throws {
        let images = try StatisticsGolden.images(400, state: 9)
        let (train, test) = (images.slice(0..<300), images.slice(300..<400))
        let copy = try test.pixels.map { Float($0) / 255 }
        let same = try FrechetDistance(samples: copy, train: train, test: test, features: 3)
        #expect(same.samples < 1e-6 && same.floor > same.samples)
        let space = try PrincipalComponents(fittedTo: train, components: 3)
        let known = try GaussianMoments(of: space.encode(train.evenlySpaced(100)))
        #expect(try same.floor == known.frechetDistance(to: GaussianMoments(of: space.encode(test))))
        #expect(same.images == 100 && same.features == 3 && same.varianceShare > 0.9)
        // All grey a tenth brighter: the mean moves by 0.1 in every pixel, of which the features see a part.
        let brighter = try FrechetDistance(
            samples: copy.map { $0 + 0.1 }, train: train, test: test, features: 63)
        let whole = try FrechetDistance(samples: copy, train: train, test: test, features: 64)
        #expect(brighter.samples > 0.5 && brighter.samples <= 64 * 0.01 + 1e-4)
        #expect(whole.features == 64 && whole.samples < 1e-6)
        // Two images on each side, evenly spaced in the larger sets.
        let two = try FrechetDistance(samples: Array(copy.prefix(128)), train: train, test: test)
        #expect(two.images == 2 && two.features == 64 && two.floor > whole.floor)
        for threads in [1, 3, 8] {
            #expect(
                try FrechetDistance(samples: copy, train: train, test: test, features: 3, threads: threads)
                    == same)
        }
    }

    @Test func evenlySpacedImages() throws {
        let images = try ImageSet(
            shape: ImageShape(height: 1, width: 1), pixels: Array(0..<10), labels: Array(10..<20))
        try #expect(
            images.evenlySpaced(4).pixels == [0, 2, 5, 7]
                && images.evenlySpaced(4).labels == [10, 12, 15, 17])
        #expect(images.evenlySpaced(10) == images && images.evenlySpaced(99) == images)
    }

    @Test func whatDoesNotFitIsRefused() throws {
        let images = try StatisticsGolden.images(10, state: 1)
        let other = try ImageSet(
            shape: ImageShape(height: 4, width: 4), pixels: [UInt8](repeating: 1, count: 160))
        let values = [Float](repeating: 0.5, count: 640)
        let (a, b) = (
            try GaussianMoments(of: Points([1, 2], size: 1)),
            try GaussianMoments(of: Points([1, 2, 3, 4], size: 2))
        )
        func refusal(_ samples: [Float], _ train: ImageSet, _ test: ImageSet, _ features: Int = 2)
            -> VAEError?
        {
            failure { () throws(VAEError) in
                _ = try FrechetDistance(samples: samples, train: train, test: test, features: features)
            }
        }
        #expect(refusal(values, images, images) == nil)
        #expect(refusal(Array(values.prefix(64)), images, images)?.subject == "samples")
        #expect(refusal(Array(values.prefix(100)), images, images)?.subject == "samples")
        #expect(refusal(values.dropLast() + [.nan], images, images)?.kind == .invalidData)
        #expect(refusal(values, images, images, 0)?.subject == "features")
        #expect(refusal(values, images, other)?.kind == .invalidArgument)
        #expect(refusal(values, images, images.slice(0..<1))?.kind == .invalidArgument)
        #expect(refusal(values, images.slice(0..<1), images)?.kind == .invalidArgument)
        #expect(failure { () throws(VAEError) in _ = try a.frechetDistance(to: b) }?.subject == "features")
        #expect(
            failure { () throws(VAEError) in _ = try GaussianMoments(of: Points([1], size: 1)) }?.subject
                == "points")
    }
}
