// Says how good a saved model is on images that are kept as IDX files.
//
//     swift run EvaluateASavedModel model.safetensors folder
import Foundation
import VAE
import VAEData
import VAEEvaluation

guard CommandLine.arguments.count == 3 else {
    print("usage: EvaluateASavedModel model.safetensors folder")
    exit(64)
}
do {
    let model = try VariationalAutoencoder(contentsOf: CommandLine.arguments[1])
    let data = try Dataset(contentsOf: CommandLine.arguments[2]).holdingOutTest()
    guard let test = data.test else { exit(66) }

    let evaluation = try Evaluation(
        of: model, train: data.train, test: test, options: .init(samples: 50, likelihoodImages: 100))
    func show(_ name: String, _ value: Evaluation.Value) {
        print(name, String(format: "%.3f ± %.3f", value.nats, value.standardError ?? .infinity))
    }
    show("−ELBO, nats an image:         ", evaluation.loss.test.loss)
    show("reconstruction:               ", evaluation.loss.test.reconstruction)
    show("KL divergence:                ", evaluation.loss.test.kl)
    show("−ln p(x) with 50 draws:       ", evaluation.likelihood.negativeLogLikelihood)
    if let share = evaluation.clusters?.nearestNeighboursAccuracy {
        print(
            "nearest neighbours are right: ",
            String(format: "%.3f ± %.3f", share.mean, share.standardError))
    }
    print(
        "active dimensions:             \(evaluation.latents.activeUnits) of \(model.configuration.latentSize)"
    )
    for omission in evaluation.omissions { print("left out: \(omission.part), \(omission.reason)") }
} catch let error as VAEError {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    exit(error.kind == .missingInput ? 66 : 1)
}
