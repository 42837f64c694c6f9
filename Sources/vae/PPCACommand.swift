import ArgumentParser
import Foundation
import VAEConsole
import VAECore
import VAEEvaluation
import VAERun

/// `vae ppca`: a linear run beside the optimum that is known for it.
struct PPCACommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ppca",
        abstract: "Compare a linear model with the closed form of its optimum.",
        discussion: """
            A model without convolutions and hidden units and with a Gaussian likelihood of one variance tends to probabilistic principal \
            component analysis, whose likelihood, space and variance follow from the eigenvalues of the training images' \
            covariance. What the training reached is shown beside them, in nats per training image.

            EXAMPLES
              vae-train --filters none --hidden none --likelihood gaussian
              vae ppca runs/NAME
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var data: DataOptions

    @Option(help: ArgumentHelp("Names the draws of z.", valueName: "n"))
    var seed: UInt64 = 0

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.run("vae ppca") { (console, threads) throws(VAEError) in
            let trained = try model.load()
            try trained.demandGaussian(
                model.run, "has codes, and probabilistic PCA a Gaussian z",
                advice: "Train a linear model without --codes.")
            // Before anything is loaded that would be of no use.
            _ = try LinearGaussianDecoder(trained.model)
            var images = try data.images(of: trained, console).train
            if let binarization = trained.record?.training.binarization {
                images = try images.binarized(binarization, seed: seed)
            }
            console.status(force: true) { _ in "measuring the model and its closed form" }
            let found = try LinearComparison(trained.model, on: images, seed: seed, threads: threads)
            console.clearStatus()
            for (name, value) in [
                ("an ELBO", found.bound.mean), ("a likelihood", found.logLikelihood),
                ("a variance", found.variance),
                ("an angle", found.angle),
            ] where !value.isFinite {
                throw Finiteness.error("has \(name) of \(value)")
            }
            if common.json { return try console.emit(json: found) }
            try console.emit(lines: Self.lines(found))
        }
    }

    private static func lines(_ found: LinearComparison) -> [String] {
        let best = found.optimalLogLikelihood
        let missing = best - found.bound.mean
        return [
            String(
                format: "closed form    ln p(x)  %10.3f nats per image, σ² %.6f", best, found.optimalVariance),
            String(
                format: "model          ln p(x)  %10.3f nats per image, σ² %.6f", found.logLikelihood,
                found.variance),
            String(
                format: "               ELBO     %10.3f ± %.3f, %.3f (%.3f%%) below the closed form",
                found.bound.mean, found.bound.standardError, missing, 100 * missing / abs(best)),
            String(format: "largest angle between the two spaces  %.3f°", found.angle),
        ]
    }
}
