import Foundation
import Testing
import VAE
import VAECore
import VAEEvaluation

/// The closed form, against hand-made cases and against what a linear model is trained to.
@Suite("Probabilistic PCA")
struct ProbabilisticPCATests {
    /// Four images of two pixels at the corners of a square: variances 4/9 of (30/255)² by hand.
    @Test func byHand() throws {
        // Deviations ±30 in the first pixel and ±10 in the second, independent: λ = 30², 10² in units of 1/255².
        let images = try ImageSet(
            shape: ImageShape(height: 1, width: 2), pixels: [100, 90, 160, 90, 100, 110, 160, 110])
        let pca = try ProbabilisticPCA(images, latentSize: 1)
        let (large, small) = (900.0 / (255 * 255), 100.0 / (255 * 255))
        #expect(abs(pca.eigenvalues[0] - large) < 1e-15 && abs(pca.eigenvalues[1] - small) < 1e-15)
        #expect(pca.variance == pca.eigenvalues[1] && pca.mean == [130.0 / 255, 100.0 / 255])
        #expect(abs(abs(pca.axes[0][0]) - 1) < 1e-12 && abs(pca.axes[0][1]) < 1e-12)
        // One dimension left over makes the covariance the sample's own: −½ (2 ln 2π + ln λ₁λ₂ + 2).
        let expected = -0.5 * (2 * log(2 * .pi) + log(large * small) + 2)
        #expect(abs(pca.meanLogLikelihood - expected) < 1e-12)
    }

    @Test func whatHasNoOptimumIsRefused() throws {
        let shape = ImageShape(height: 1, width: 3)
        let line = try ImageSet(shape: shape, pixels: [0, 0, 9, 10, 20, 9, 20, 40, 9])
        let flat = #expect(throws: VAEError.self) { try ProbabilisticPCA(line, latentSize: 1) }
        #expect(flat?.kind == .invalidData)
        // The cause is named, and what helps: nothing below two values.
        let dots = try ImageSet(shape: ImageShape(height: 1, width: 1), pixels: [1, 2, 3])
        let single = #expect(throws: VAEError.self) { try ProbabilisticPCA(dots, latentSize: 1) }
        #expect(
            single?.problem.contains("one value each") == true
                && single?.expected == "images of 2 values or more")
        let many = #expect(throws: VAEError.self) { try ProbabilisticPCA(line, latentSize: 3) }
        #expect(many?.expected == "1 to 2 latent dimensions" && many?.advice?.contains("fewer") == true)
        let none = try ImageSet(shape: shape, pixels: [])
        for (images, latentSize) in [(line, 0), (line, 3), (none, 1)] {
            let error = #expect(throws: VAEError.self) {
                try ProbabilisticPCA(images, latentSize: latentSize)
            }
            #expect(error?.kind == .invalidArgument)
        }
        let large = try ImageSet(
            shape: ImageShape(height: 65, width: 64), pixels: [UInt8](repeating: 1, count: 65 * 64))
        #expect(throws: VAEError.self) { try ProbabilisticPCA(large, latentSize: 1) }
    }

    /// A plane and the same turned by an angle in one of its directions; scaled and mixed columns do not matter.
    @Test(arguments: [0, 1e-12, 1e-9, 1e-5, 0.1, 0.7, 0.8, 1.2, .pi / 2])
    func anglesAreTakenFromSinesAndCosines(angle: Double) throws {
        // Columns (1, 0, 0, 0) and (0, 1, 0, 0); of the others the first is the same and the second turned towards the third axis.
        let plane: [Double] = [1, 0, 0, 1, 0, 0, 0, 0]
        let second: [Double] = [0, cos(angle), sin(angle), 0]
        var mixed: [Double] = []
        for row in 0..<4 {
            let (x, y) = (plane[2 * row], second[row])
            mixed.append(3 * x - 2 * y)
            mixed.append(5 * x + y)
        }
        let found = try largestPrincipalAngle(plane, mixed, rows: 4, columns: 2)
        // Rounding of unit vectors in four dimensions, to which the sine passes an angle on as it is.
        // A cosine near 0 tells an angle as well; in between both are fine.
        let tolerance = 2e-15 + 1e-14 * angle
        #expect(abs(found - angle) < tolerance, "\(found)")
        #expect(throws: VAEError.self) {
            try largestPrincipalAngle([.nan, 0], [1, 0], rows: 2, columns: 1)
        }
    }

    /// A linear decoder set to the closed form has its likelihood, and no other does.
    @Test func theClosedFormIsTheLikelihood() throws {
        let images = try gaussianImages(400, seed: 5)
        let pca = try ProbabilisticPCA(images, latentSize: 2)
        let optimum = try LinearGaussianDecoder(linearModel(pca)).logLikelihood(of: images)
        // Weights are floats: half a unit in the last place each, of which the optimum feels the square.
        #expect(abs(optimum.reduce(0, +) / 400 - pca.meanLogLikelihood) < 1e-5)
        let wider = try LinearGaussianDecoder(linearModel(pca, widenedBy: 0.1))
            .logLikelihood(of: images)
        #expect(wider.reduce(0, +) / 400 < pca.meanLogLikelihood - 0.01)
        let convolutional = try VariationalAutoencoder(ModelConfiguration())
        #expect(throws: VAEError.self) { try LinearGaussianDecoder(convolutional) }
        let other = try ImageSet(shape: ImageShape(height: 1, width: 1), pixels: [1])
        #expect(throws: VAEError.self) {
            try LinearGaussianDecoder(linearModel(pca)).logLikelihood(of: other)
        }
    }
}
