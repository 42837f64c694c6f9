import Foundation
import Testing
import VAECore

@testable import VAEEvaluation

/// Baselines under Gaussians of several variances.
@Suite("Errors with a variance for each channel or value")
struct DiagonalErrorsTests {
    /// By hand: errors of 0.1 and 0.2 in one value and of 0 in the other, whose variance ends at the floor.
    @Test func byHand() throws {
        let images = try ImageSet(
            shape: ImageShape(height: 1, width: 2), values: .floats([0.5, 0.25, 0.5, 0.25]))
        func reconstruct(_ part: ImageSet) throws(VAEError) -> [Float] { [0.6, 0.25, 0.3, 0.25] }
        let found = try DiagonalErrors.loss(on: images, variances: 2, reconstruct: reconstruct)
        let variance = (0.01 + 0.04) / 2
        let constant = log(2 * Double.pi * variance) + log(2 * Double.pi * 1e-6)
        let losses = [0.01, 0.04].map { 0.5 * (constant + $0 / variance) }
        // 0.6 and 0.3 are rounded to Float.
        #expect(abs(found.mean - (losses[0] + losses[1]) / 2) < 1e-5)
        // s/√n of two: half their difference.
        #expect(abs(found.standardError - (losses[1] - losses[0]) / 2) < 1e-5)
        // One variance for both is what the other Gaussian has.
        let one = try DiagonalErrors.loss(on: images, variances: 1, reconstruct: reconstruct)
        #expect(abs(one.mean - (log(2 * Double.pi * variance / 2) + 1)) < 1e-5)
    }

    @Test func noImages() throws {
        let none = try ImageSet(shape: ImageShape(height: 1, width: 2), values: .floats([]))
        #expect(throws: VAEError.self) {
            try DiagonalErrors.loss(on: none, variances: 2) { (_) throws(VAEError) in [] }
        }
    }

    /// More variances fit better: by far where channels differ tenfold.
    @Test func channelsOfPictures() throws {
        let shape = ImageShape(height: 3, width: 2, channels: 2)
        let values = (0..<50 * 12).map { index in
            let value = Float((index * 7919) % 101) / 100
            return index % 2 == 0 ? value : value / 10
        }
        let images = try ImageSet(shape: shape, values: .floats(values))
        let means = try PixelwiseMean(fittedTo: images)
        func reconstruct(_ part: ImageSet) throws(VAEError) -> [Float] { means.reconstruction(of: part) }
        let channels = try DiagonalErrors.loss(on: images, variances: 2, reconstruct: reconstruct)
        let one = try DiagonalErrors.loss(on: images, variances: 1, reconstruct: reconstruct)
        let each = try DiagonalErrors.loss(on: images, variances: 12, reconstruct: reconstruct)
        #expect(channels.mean < one.mean - 5 && each.mean <= channels.mean)
        #expect(channels.standardError > 0)
    }
}
