import ArgumentParser
import Foundation
import VAE
import VAEConsole
import VAECore
import VAEExport
import VAERun

/// `vae import`: weights of other programs made a model.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make a model of weights that PyTorch or Keras trained.",
        discussion: """
            Reads .safetensors and .npz files. Tensors are found by the names that vae export gives them, or by those of --names; \
            an .npz with other names is taken in its order, from the encoder's first layer to the decoder's last, such as \
            numpy.savez("vae.npz", *encoder.get_weights(), *decoder.get_weights()) writes it. What is of another shape than the \
            model's, missing or left over is refused.

            The model is that of --model or --config, else what the file's metadata say, else the default one: that of Keras's \
            example. Padding is TensorFlow's same: a convolution of PyTorch with padding=1 and stride=2 is another one.

            EXAMPLES
              vae import vae.npz --layout keras --out model.safetensors
              vae import tuned.safetensors --layout pytorch --out model.safetensors
              vae import w.npz --layout keras --model model.json --out model.safetensors
            """)

    @Argument(help: ArgumentHelp("A .safetensors or .npz file.", valueName: "weights"))
    var weights: String

    @Option(
        help: ArgumentHelp(
            "The program whose layouts the tensors have: pytorch or keras.", valueName: "program"))
    var layout: WeightLayout

    @Option(
        help: ArgumentHelp(
            "The model, as vae-train --model reads it, for images of the file's imageShape.",
            valueName: "file"))
    var model: String?

    @Option(help: ArgumentHelp("The model of a run: its config.json.", valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "JSON with the name of a tensor for each weight: {\"encoder.dense.kernel\": \"fc1.weight\", …}.",
            valueName: "file"))
    var names: String?

    @Option(
        name: .shortAndLong, help: ArgumentHelp("A new model file, .safetensors.", valueName: "path"))
    var out: String

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.run("vae import", flags: ["names": "--names"]) { (console, _) throws(VAEError) in
            guard out.lowercased().hasSuffix(".safetensors") else {
                throw VAEError(
                    .invalidArgument, "--out", "does not name a model file",
                    expected: "a name ending in .safetensors", found: out)
            }
            try OutputCheck.demandNew(out)
            let result = try WeightImport(layout: layout, configuration: described(), names: namesInFile())
                .read(weights)
            try result.model.write(to: out)
            for note in result.notes { console.warn(note.escapingControlCharacters()) }
            try common.report([out], WrittenFiles(files: [out]), to: console)
        }
    }

    private func described() throws(VAEError) -> ModelConfiguration? {
        switch (model, config) {
        case (let path?, nil): return try ModelConfiguration(contentsOf: path)
        case (nil, let path?): return try RunRecord(contentsOf: path).model
        case (nil, nil): return nil
        case (_?, let path?):
            throw VAEError(
                .invalidArgument, "--config", "says the model, and --model does as well",
                expected: "one of the two", found: path)
        }
    }

    private func namesInFile() throws(VAEError) -> [String: String] {
        guard let names else { return [:] }
        let bytes = try DurableFile.read(names, limit: 1 << 20)
        guard JSONText.repeatedKey(in: bytes) == nil,
            let table = try? JSONDecoder().decode([String: String].self, from: Data(bytes)), !table.isEmpty
        else {
            throw VAEError(
                .invalidData, names, "is no table of names",
                expected: "JSON: {\"encoder.dense.kernel\": \"fc1.weight\", …}")
        }
        return table
    }
}

extension WeightLayout: ExpressibleByArgument {}
