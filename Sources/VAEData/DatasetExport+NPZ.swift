import VAECore

extension Dataset {
    /// The name of the array of class names in archives.
    static let classNamesKey = "class_names"
    /// The most names of classes that are read from an archive, and the characters of the longest.
    private static let (mostClassNames, longestClassName) = (TableClasses.most, 256)

    /// One archive of all images and labels.
    /// - Parameter large: the first size that is written as Zip64
    func exportNPZ(to path: String, large: Int = Int(UInt32.max)) throws(VAEError) -> [String] {
        var arrays: [(name: String, header: [UInt8], array: ArrayExport)] = []
        func add(_ split: String, _ images: ImageSet) throws(VAEError) {
            let array = ArrayExport(images)
            try checkIsTold(array, path)
            arrays.append(("\(split)_images", NPY.header(array.type, array.shape), array))
            guard let labels = images.labels else { return }
            let numbers = ArrayExport(try Self.shortest(labels))
            arrays.append(("\(split)_labels", NPY.header(numbers.type, numbers.shape), numbers))
        }
        try add("train", train)
        if let test { try add("test", test) }
        try Self.checkIsNew(path, advice: "Name another file, or take it away.")
        var zip = try ZipWriter(path, large: large)
        for (name, header, array) in arrays {
            try zip.begin("\(name).npy", size: header.count + array.size)
            try zip.append(header)
            try array.forEachPiece(isBigEndian: false) { (bytes) throws(VAEError) in try zip.append(bytes) }
        }
        if !classNames.isEmpty {
            let bytes = NPY.encode(classNames)
            try zip.begin("\(Self.classNamesKey).npy", size: bytes.count)
            try zip.append(bytes)
        }
        try zip.finish()
        return [path]
    }

    /// Labels in the first of bytes, 32 and 64 bits that holds all.
    private static func shortest(_ labels: [Int]) throws(VAEError) -> NumericArray {
        guard labels.allSatisfy({ Int32(exactly: $0) != nil }) else {
            return try NumericArray(shape: [labels.count], values: .int64(labels.map { Int64($0) }))
        }
        return try IDX.labels(labels)
    }

    /// - Throws: `invalidArgument` for sizes that leave open where the channels are.
    private func checkIsTold(_ array: ArrayExport, _ path: String) throws(VAEError) {
        let layout = try? ImageLayout(of: array.shape, path: path)
        guard layout == .nhw || layout == .nhwc else {
            throw VAEError(
                .invalidArgument, path,
                "can't hold images of \(train.shape): their sizes could be those of channels first",
                advice: "Name a folder, for IDX files, which have the channels last.")
        }
    }

    /// The names of classes beside an array of an archive; none where it has none.
    /// - Throws: `missingInput`, `inputOutput` or `invalidData` when the archive can't be read.
    static func classNames(beside images: ArrayEntry) throws(VAEError) -> [String] {
        guard images.key != nil else { return [] }
        return try NPZArchive(contentsOf: images.path).texts(
            named: classNamesKey, most: mostClassNames, longest: longestClassName) ?? []
    }
}
