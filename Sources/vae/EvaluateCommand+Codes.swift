import Foundation
import VAE
import VAEConsole
import VAECore
import VAEData
import VAEEvaluation
import VAERun

extension EvaluateCommand {
    /// How good a model with a codebook is: what its codes say, and the bound that follows from what they cost.
    ///
    /// What an evaluation has of a Gaussian q(z|x) is left out: its likelihood by draws, its dimensions, its clusters.
    func evaluateCodes(
        of trained: SavedRun, _ dataset: Dataset, _ options: Evaluation.Options, _ console: Console,
        _ threads: Int
    ) throws(VAEError) {
        let standard = Evaluation.Options()
        for (flag, isGiven) in [
            ("--samples", samples != standard.samples), ("--draws", draws != standard.draws),
            ("--images", images != nil),
        ] where isGiven {
            try trained.demandGaussian(
                flag, "is for draws of q(z|x), and codes are not drawn", advice: "Leave it out.")
        }
        let obstacle = out == nil ? trained.evaluationObstacle(dataset) : nil
        if let obstacle {
            console.warn("\(obstacle)")
            console.warn("what is found is printed, and not kept; --out FILE keeps it elsewhere")
        }
        guard var test = dataset.test else {
            throw VAEError(.missingInput, dataset.name, "has no test images")
        }
        var train = dataset.train
        if let method = options.binarization {
            (train, test) = (try train.binarized(method), try test.binarized(method))
        }
        console.status(force: true) { _ in "measuring codes" }
        let prior = try trained.codePrior(threads: threads, data: { dataset })
        let report = try CodeReport(of: trained.model, on: test, prior: prior, threads: threads)
        let mean = try Evaluation.Baselines.pixelwiseMean(
            of: train, on: test, trained.configuration.likelihood
        ).reconstruction.nats
        console.clearStatus()
        let record = try CodeEvaluation(
            report, pixelwiseMean: mean, binarization: options.binarization, of: trained.model,
            file: trained.modelFile, data: dataset)
        let json = try record.json()
        if common.json {
            try console.emit(json)
        } else {
            let items = dataset.columns.isEmpty ? "images" : "rows"
            let word = dataset.columns.isEmpty ? "image" : "row"
            try console.emit(
                lines: [console.bold(trained.title.escapingControlCharacters())] + report.lines(of: items) + [
                    "          the pixelwise mean, one \(word) for all, costs "
                        + String(format: "%.2f nats", mean)
                ])
        }
        console.note(
            "left out: likelihood by draws, latent dimensions and clusters, which are of a Gaussian z")
        if let out {
            try DurableFile.write(json, to: out)
            console.note("wrote \(out.escapingControlCharacters())")
        } else if obstacle == nil {
            let paths = try trained.keep(record, dataset, prior: prior, threads: threads)
            if paths.isEmpty { console.note("nothing is written: the model lies in no run's folder") }
            for path in paths { console.note("wrote \(path.escapingControlCharacters())") }
        }
    }
}
