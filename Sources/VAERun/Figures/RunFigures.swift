import VAE
import VAECore
import VAEData
import VAEFigures

/// Draws the pictures of a run.
///
/// Values that several of them need are computed once, when the first of them is drawn.
package final class RunFigures {
    let model: VariationalAutoencoder
    let test: ImageSet
    let history: [EpochReport]
    let options: FigureOptions
    let threads: Int
    let name: DataName
    /// The word for what was encoded.
    let noun: String

    private var knownEncoding: Encoding?
    /// What a prior of codes is fitted to.
    let train: ImageSet
    /// The prior of a model's codes, where it was fitted already.
    var knownPrior: CodePrior?

    /// - Parameters:
    ///   - prior: of a model's codes; nil fits one to the training images where it is needed
    ///   - threads: workers for the network.
    /// - Throws: `invalidArgument` for an option out of range, or when there are no test images or they do not have
    ///   the model's shape.
    package init(
        model: VariationalAutoencoder, data: Dataset, history: [EpochReport],
        options: FigureOptions = FigureOptions(), prior: CodePrior? = nil, threads: Int
    ) throws(VAEError) {
        knownPrior = prior
        try options.validate(latentSize: model.configuration.latentSize)
        guard let test = data.test else {
            throw VAEError(.invalidArgument, "test images", "are none, and pictures are drawn of them")
        }
        self.model = model
        self.test = test
        train = data.train
        self.history = history
        self.options = options
        self.threads = threads
        name = DataName(data)
        noun = data.columns.isEmpty ? "image" : "row"
    }

    /// The warning about the letters in pictures, for people to read before they look at them; nil when nothing is missing.
    /// - Parameter texts: names in the pictures
    package static func fontWarning(for texts: [String]) -> String? {
        (try? FigureFont.current(for: texts))?.warning
    }

    /// Writes pictures to a folder, each as a whole, in place of one that is there.
    /// - Parameters:
    ///   - began: called with each picture's name before it is drawn.
    /// - Returns: the paths written.
    @discardableResult
    package func write(
        _ names: [FigureName] = FigureName.allCases, to folder: String, began: (FigureName) -> Void = { _ in }
    ) throws(VAEError) -> [String] {
        var paths: [String] = []
        for name in names {
            began(name)
            let figure = try figure(name)
            for format in options.formats ?? name.formats {
                let path = RunFolder.join(folder, "\(name.rawValue).\(format.rawValue)")
                try figure.write(to: path, scale: options.scale ?? name.scale)
                paths.append(path)
            }
        }
        return paths
    }

    package func figure(_ name: FigureName) throws(VAEError) -> any Figure {
        switch name {
        case .latentSpace: try latentSpace()
        case .manifold: try manifold()
        case .reconstructions: try reconstructions()
        case .interpolations: try interpolations()
        case .samples: try samples()
        case .losses: try losses()
        case .latentDimensions: try latentDimensions()
        case .codes: try codes()
        }
    }

    /// q(z|x) of the test images.
    func encoding() throws(VAEError) -> Encoding {
        if let knownEncoding { return knownEncoding }
        let encoding = try model.encode(test, threads: threads)
        knownEncoding = encoding
        return encoding
    }

    /// The test images at `indices`, in their order.
    func images(_ indices: [Int]) -> ImageSet {
        test.selecting(indices)
    }

    /// Decoded images as figures take them.
    /// - Parameter rows: (n, classes) of a conditional model; nil for the first of its classes
    func decoded(_ latents: [Float], _ rows: [Float]? = nil) throws(VAEError) -> FloatImages {
        let count = latents.count / model.configuration.latentSize
        let classes = model.configuration.classes.first.map { [Int](repeating: $0, count: count) }
        let first = rows == nil ? try model.classRows(classes, count: count) : []
        return try FloatImages(
            shape: test.shape, values: model.decode(latents, classRows: rows ?? first, threads: threads))
    }

    /// For each class the places of its images in the test set, classes ascending; all in one without labels.
    func classes() -> [(label: Int?, images: [Int])] {
        guard let labels = test.labels else { return [(nil, Array(0..<test.count))] }
        return Dictionary(grouping: labels.indices) { labels[$0] }.sorted { $0.key < $1.key }
            .map { ($0.key, $0.value) }
    }
}
