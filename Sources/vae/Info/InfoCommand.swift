import ArgumentParser
import VAEConsole
import VAECore

/// `vae info`: what is known of a model.
struct InfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "Show what a model is, how it was trained and on what.",
        discussion: """
            Sizes and every layer's weights; the training, how far it came and its losses in nats per image; the images \
            and their SHA-256; versions and machine; the files of the run. Of a model file that lies in no run's folder, \
            what it holds itself. The images are not needed.

            EXAMPLES
              vae info runs/mnist
              vae info runs/mnist/best.safetensors
              vae info runs/mnist --json | jq .training.last.test.total
            """)

    @OptionGroup var model: ModelOptions
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.run("vae info") { (console, _) throws(VAEError) in
            let description = try ModelDescription(model.load())
            if common.json {
                try console.emit(json: description)
            } else {
                try console.emit(Array(description.text.utf8))
            }
        }
    }
}
