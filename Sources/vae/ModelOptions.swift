import ArgumentParser
import VAEConsole
import VAECore
import VAEData
import VAERun

/// The model that a command is about.
struct ModelOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("A run folder, or a model file (.safetensors).", valueName: "run"))
    var run: String

    @Flag(
        help:
            "Take best.safetensors, the model after the epoch with the lowest test loss. (default: the last epoch's)"
    )
    var best = false

    /// - Throws: as `SavedRun.init`.
    func load() throws(VAEError) -> SavedRun {
        do throws(VAEError) {
            return try SavedRun(run, best: best)
        } catch {
            throw error.naming(["best": "--best"], help: "--help")
        }
    }
}

/// The options that say where the images of a run are.
struct DataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where the run's images are now, a file or a folder. (default: where the run found them)",
            valueName: "path"))
    var data: String?

    /// The images that a model was trained on, with a warning where it is known that they are others.
    func images(of run: SavedRun, _ console: Console) throws(VAEError) -> Dataset {
        let images = try run.data(at: data) { console.show($0) }
        let areTheSame = run.record == nil ? true : try run.isTrained(on: images)
        console.clearStatus()
        guard !areTheSame else { return images }
        console.warn(
            "The images (\(images.source.escapingControlCharacters())) are not the ones of the run: their SHA-256 "
                + "differs from config.json's. What follows shows the model on other images.")
        return images
    }
}
