import VAECore

extension ArrayPair {
    /// Images and labels, and remarks about them.
    /// - Parameters:
    ///   - storage: where the images are while they are used
    ///   - model: the shape of a model's images, which tells apart what sizes alone do not; nil for none
    /// - Throws: `missingInput` or `inputOutput` when a file can't be read; `invalidData` when it is damaged, or labels and images differ in
    ///   number; `unavailable` when an array that has to be in memory does not fit.
    func read(
        _ options: ImportOptions, _ storage: ImageStorage, for model: ImageShape?
    ) throws(VAEError) -> (DataSource.ReadPart, [String]) {
        var remarks: [String] = []
        func remark(_ entry: ArrayEntry, _ note: String?) {
            if let note { remarks.append("\(entry.name): \(note)") }
        }
        let place = images.place
        let set: ImageSet
        if let stream = try stream(options, storage, for: model) {
            remark(images, stream.note)
            remark(images, "images are read from the file, not kept in memory")
            set = try ImageSet(shape: stream.shape, streaming: stream)
        } else {
            let found = try imagesInMemory(options, for: model)
            remark(images, found.note)
            set = try ImageSet(shape: found.shape, values: found.values)
        }
        var part = DataSource.ReadPart(groups: [set], labels: nil) { "\(place):\($0)" }
        if let labels {
            let found = try labels.read().labels(path: labels.place)
            remark(labels, found.note)
            guard found.values.count == set.count else {
                throw VAEError(
                    .invalidData, labels.place, "differs in number from the images of \(place)",
                    expected: "\(set.count) labels", found: "\(found.values.count)",
                    advice: "Take images and labels from the same data set.")
            }
            part.labels = found.values
        }
        return (part, remarks)
    }

    /// The images where they are, if they are to stay there; nil for in memory.
    private func stream(
        _ options: ImportOptions, _ storage: ImageStorage, for model: ImageShape?
    ) throws(VAEError) -> ArrayStream? {
        // Sizes were checked against the file's when its header was read, but for what is packed.
        let bytes = IDX.product(images.shape + [images.type.sizeInMemory]) ?? Int.max
        let isOne = model.map { [$0.height, $0.width, $0.channels].starts(with: images.shape) } ?? false
        guard !isOne, storage.keepsOnDisk(bytes) else { return nil }
        let isRows = images.shape.count == 2 && model != nil
        if !isRows, let stream = try ArrayStream(images, layout: options.layout) { return stream }
        let available = Machine.availableMemory
        guard bytes <= available else {
            throw VAEError(
                .unavailable, images.place, "does not fit into memory",
                expected: "\(grouped(Double(available >> 20))) MiB or less",
                found: "\(grouped(Double(bytes >> 20))) MiB",
                advice:
                    "Save it uncompressed with numpy.save, in C order, as uint8 or float32: such a file is read piece by piece."
            )
        }
        return nil
    }

    private func imagesInMemory(
        _ options: ImportOptions, for model: ImageShape?
    ) throws(VAEError) -> ArrayImages {
        let read = try images.read()
        let array = model.flatMap(read.reshaped(for:)) ?? read
        let isOfModel = model.map {
            array.shape.dropFirst().elementsEqual([$0.height, $0.width, $0.channels])
        }
        let isLast = array.shape.count == 4 && (images.hasChannelsLast || isOfModel == true)
        return try array.imageValues(layout: options.layout ?? (isLast ? .nhwc : nil), path: images.place)
    }
}

extension NumericType {
    /// Bytes of a number as a pixel in memory: one where it is a byte, four of single precision otherwise.
    fileprivate var sizeInMemory: Int { size == 1 ? 1 : 4 }
}
