import VAECore

/// Images from files that somebody named, in a model's shape.
public struct ImageFiles: Sendable {
    /// All of one shape, in the order of the paths.
    public let images: ImageSet
    /// The name of each image: the path of its picture, or the path of its array and its place there.
    public let names: [String]
    /// The names of the classes where folders have them; label 0 is the first one's.
    public let classNames: [String]
    /// What was found and is not used, and what was taken for what: phrases for people.
    public let remarks: [String]

    /// Reads images from files and folders, in the order of `paths`, each as ``DataSource`` does. Of the splits of a folder or an archive the
    /// test images are taken, or else the training images; of a file with one array that array, whatever lies beside it. A single image may
    /// come as an array without its n, and rows of an array are images where they have as many values.
    ///
    /// Colour becomes grey by the luma of ITU-R 601 (as in Pillow), grey becomes colour by repetition.
    /// - Parameters:
    ///   - paths: files and folders, in the order of the images
    ///   - shape: what every image has in the end
    ///   - options: what is to be made of the files. Images of other sizes are refused unless these name a size, which `shape` then overrules.
    ///   - inverting: turns black into white first, for drawings on paper
    /// - Throws: `missingInput` or `inputOutput` when a file is not there or can't be read; `invalidData` when it holds
    ///   no images, or images that do not have the shape; `invalidArgument` when `paths` is empty.
    public init(
        contentsOf paths: [String], shape: ImageShape, options: ImportOptions = ImportOptions(),
        inverting: Bool = false
    ) throws(VAEError) {
        guard !paths.isEmpty else {
            throw VAEError(.invalidArgument, "image files", "are none", expected: "files or folders")
        }
        var options = options
        if options.pictures.size != nil {
            options.pictures.size = .init(height: shape.height, width: shape.width)
            // What is laid under a picture is turned with it.
            if inverting { options.pictures.padding = options.pictures.padding.inverted }
        }
        var sets: [ImageSet] = []
        var (names, classNames, remarks) = ([String](), [String](), [String]())
        for path in paths {
            let source = try DataSource(path)
            let (part, said) = try source.read(
                source.isOneArray ? source.train : source.test ?? source.train, options, ImageStorage(),
                for: shape,
                progress: { _ in })
            for (index, group) in part.groups.enumerated() {
                let place = part.groups.count == 1 ? path : part.name(index)
                sets.append(
                    try group.conforming(to: shape, options.pictures, inverting: inverting, path: place)
                        .labelled(part.groups.count == 1 ? part.labels : part.labels.map { [$0[index]] }))
            }
            names += (0..<part.count).map(part.name)
            classNames = source.classNames.isEmpty ? classNames : source.classNames
            remarks += source.remarks + said
        }
        let labels = sets.compactMap(\.labels)
        if sets.count == 1, let set = sets.first {
            images = set
        } else {
            images = try ImageSet(
                shape: shape, values: .joined(try sets.map { (set) throws(VAEError) in try set.values }),
                labels: labels.count == sets.count ? labels.flatMap(\.self) : nil)
        }
        self.names = names
        self.classNames = classNames
        self.remarks = remarks
    }
}
