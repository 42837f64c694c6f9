import VAE
import VAECore
import VAEData

extension Dataset {
    /// The same data with the test set as a training measures its loss on it: black and white where the training says so. Pictures
    /// and the report show these, which are what the model was made for.
    ///
    /// - Parameter training: nil where it is not known, and the images stay as they are
    package func asTested(by training: TrainingConfiguration?) throws(VAEError) -> Dataset {
        guard let training, let test else { return self }
        return try replacing(test: try training.measured(test))
    }
}
