import Foundation
import VAECore

extension DataSource {
    /// Reads everything: pictures decoded and made to fit on all cores, arrays as they are.
    ///
    /// The images of all splits have one shape; of pictures of several sizes `options` must say which. They are grey if all pictures are, or
    /// if `options` says so.
    ///
    /// - Parameters:
    ///   - name: what to call the data; by default that of the file or folder
    ///   - options: what to make of the files
    ///   - storage: where the images are while they are used
    ///   - progress: is told what happens, on the caller's thread
    /// - Throws: `missingInput` or `inputOutput` when a file can't be read; `invalidData` when one is damaged, images have several sizes,
    ///   labels differ in number, or values are out of range; `invalidArgument` for options out of range.
    public func dataset(
        name: String? = nil, options: ImportOptions = ImportOptions(),
        storage: ImageStorage = ImageStorage(), progress: (DatasetEvent) -> Void = { _ in }
    ) throws(VAEError) -> Dataset {
        try options.pictures.validate()
        if let table = try table(name, options) { return table }
        var remarks = remarks
        var parts: [ReadPart] = []
        for part in [train, test].compactMap(\.self) {
            let (read, said) = try read(part, options, storage, progress: progress)
            parts.append(read)
            remarks += said
        }
        let sets = try unified(parts, options.pictures)
        return try Dataset(
            name: name ?? folderName(path), train: sets[0], test: sets.count > 1 ? sets[1] : nil,
            source: "\(Folder.exists(path) ? "folder" : "file") \(path)", classNames: classNames,
            remarks: remarks)
    }

    /// Images of one split, whose numbers of channels may differ.
    struct ReadPart {
        var groups: [ImageSet]
        var labels: [Int]?
        /// The name of an image by its place: a million of them are made when they are asked for.
        var name: @Sendable (Int) -> String

        /// Images of all groups.
        var count: Int { groups.reduce(0) { $0 + $1.count } }
    }

    /// One split's images, and remarks about them.
    /// - Parameter model: the shape of a model's images, which tells apart what an array's sizes alone do not; nil for none
    func read(
        _ part: Part, _ options: ImportOptions, _ storage: ImageStorage,
        for model: ImageShape? = nil, progress: (DatasetEvent) -> Void
    ) throws(VAEError) -> (ReadPart, remarks: [String]) {
        switch part {
        case .arrays(let pair): try pair.read(options, storage, for: model)
        case .pictures(let list):
            try read(
                list,
                PictureStore(list: list, options: options, storage: storage).images(progress))
        case .table(let path):
            throw VAEError(
                .invalidData, path, "holds a table", expected: "images, as the model was trained on",
                advice: "Name pictures or arrays.")
        }
    }

    private func read(
        _ list: PictureList, _ images: PictureStore.Images
    ) throws(VAEError) -> (ReadPart, [String]) {
        guard !images.groups.isEmpty else {
            throw VAEError(
                .invalidData, path, "has no picture that can be read", found: images.firstSkipped)
        }
        var remarks: [String] = []
        if let first = images.firstSkipped {
            remarks.append(
                "skipped: \(grouped(Double(images.skipped.count))) pictures that can't be read, such as \(first)"
            )
        }
        if images.hidden > 0 {
            remarks.append(
                "\(grouped(Double(images.hidden))) transparent pictures are nothing but the background's colour: choose another one"
            )
        }
        if let place = images.place { remarks.append("images are read from \(place), not kept in memory") }
        let skipped = Set(images.skipped)
        let places = skipped.isEmpty ? nil : (0..<list.count).filter { !skipped.contains($0) }
        let labels = list.isLabelled ? (places ?? Array(0..<list.count)).compactMap(list.label) : nil
        return (
            ReadPart(groups: images.groups, labels: labels) { list.path(places?[$0] ?? $0) }, remarks
        )
    }

    /// Sets of one shape: of the size that is wanted, and grey images among coloured ones coloured.
    /// - Throws: `invalidData` for several sizes where none is wanted.
    private func unified(_ parts: [ReadPart], _ wanted: PicturePreparation) throws(VAEError) -> [ImageSet] {
        let shapes = Set(parts.flatMap(\.groups).map(\.shape))
        let sizes = Set(shapes.map { PicturePreparation.Size(height: $0.height, width: $0.width) })
            .sorted { ($0.height * $0.width, $0.height) < ($1.height * $1.width, $1.height) }
        guard let first = sizes.first, wanted.size != nil || sizes.count == 1 else {
            throw VAEError(
                .invalidData, path, "has images of \(sizes.count) sizes", expected: "one size",
                found: sizes.first.flatMap { first in
                    sizes.last.map { "\(first.height)×\(first.width) to \($0.height)×\($0.width) pixels" }
                },
                advice: "Say which size to make them, such as --image-size 64.")
        }
        let channels = wanted.isGrey.map { $0 ? 1 : 3 } ?? shapes.map(\.channels).max() ?? 1
        let size = wanted.size ?? first
        let shape = ImageShape(height: size.height, width: size.width, channels: channels)
        return try parts.map { part throws(VAEError) in
            if part.groups.count == 1, let group = part.groups.first {
                return try group.conforming(to: shape, wanted, inverting: false, path: path)
                    .labelled(part.labels)
            }
            let values = try part.groups.map { group throws(VAEError) in
                try group.conforming(to: shape, wanted, inverting: false, path: path).values
            }
            return try ImageSet(shape: shape, values: .joined(values), labels: part.labels)
        }
    }
}

extension ArrayEntry {
    /// The path, and of an archive the array's name.
    var place: String { key.map { "\(path)[\($0)]" } ?? path }
}

/// The name of a data set that a path holds.
func folderName(_ path: String) -> String {
    let url = URL(fileURLWithPath: path).standardizedFileURL
    let name = Folder.exists(path) ? url.lastPathComponent : url.deletingPathExtension().lastPathComponent
    return name.isEmpty || name == "/" ? "data" : name
}
