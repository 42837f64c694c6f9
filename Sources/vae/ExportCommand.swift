import ArgumentParser
import VAE
import VAEConsole
import VAECore
import VAEExport
import VAEReport
import VAERun

/// `vae export`: a model in the formats of other programs.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a model in the format of another program.",
        discussion: """
            onnx: graphs that onnxruntime, OpenVINO and other runtimes compute, for any number of images at a time. \
            Without --part a new folder with encoder.onnx and decoder.onnx.

            pytorch, keras: a new folder with model.py, a program to read and to import, and model.safetensors, its weights. \
            vae import brings weights back that were trained on there.

            web: a module of JavaScript with the weights inside, model.mjs, for web pages and for Node: encode, decode and draw, as the page of a run has them.

            What is there already is kept: --out names a new file or folder.

            EXAMPLES
              vae export runs/mnist --format onnx --out mnist-onnx/
              vae export runs/mnist --format onnx --part decoder --out decoder.onnx
              vae export runs/photos --format onnx --layout nchw --out photos-onnx/
              vae export runs/mnist --format pytorch --out mnist-pytorch/
              vae export runs/mnist --format keras --out mnist-keras/
              vae export runs/mnist --format web --out mnist.mjs
            """)

    @OptionGroup var model: ModelOptions

    @Option(help: "The format to write: onnx, pytorch, keras or web.")
    var format: ExportFormat

    @Option(name: .shortAndLong, help: ArgumentHelp("A new file, or a new folder.", valueName: "path"))
    var out: String

    @OptionGroup var onnx: ONNXOptions
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.run("vae export") { (console, _) throws(VAEError) in
            if format != .onnx { try onnx.demandNone() }
            guard out != "-" else {
                throw VAEError(
                    .invalidArgument, "--out", "names standard output, where no model is written",
                    advice: "Name a new file or folder.")
            }
            try OutputCheck(run: model.run)(out)
            let trained = try model.load()
            let paths =
                switch format {
                case .onnx: try onnx.write(trained, to: out)
                case .pytorch: try trained.model.pyTorch().write(to: out)
                case .keras: try trained.model.keras().write(to: out)
                case .web: try Self.writeModule(trained.model, to: out)
                }
            try common.report(paths, WrittenFiles(files: paths), to: console)
        }
    }
}

extension ExportCommand {
    /// Writes a model as a module of JavaScript.
    /// - Returns: the path
    fileprivate static func writeModule(
        _ model: VariationalAutoencoder, to out: String
    ) throws(VAEError) -> [String] {
        try OutputCheck.demandNew(out)
        try DurableFile.write(model.javaScriptModule(), to: out)
        return [out]
    }
}

/// The formats that `vae export` writes.
enum ExportFormat: String, CaseIterable, ExpressibleByArgument {
    case onnx, pytorch, keras, web
}
