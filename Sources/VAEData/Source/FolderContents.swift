import VAECore

/// A folder that somebody named, or one of its splits.
struct FolderContents {
    private let listing: FolderListing

    /// - Throws: `missingInput` when it can't be listed.
    init(_ path: String) throws(VAEError) { listing = try FolderListing(path) }

    /// The folder's data: the splits in its subfolders, else its own arrays or pictures.
    func split() throws(VAEError) -> FoundData {
        let splits = listing.folders.compactMap { name in Split(folder: name).map { (split: $0, name: name) }
        }
        guard let train = splits.first(where: { $0.split == .train }) else { return try whole() }
        let test = splits.first { $0.split == .test } ?? splits.first { $0.split == .validation }
        var found = try FolderContents(joined(listing.path, train.name)).whole()
        if let test {
            let other = try FolderContents(joined(listing.path, test.name)).whole(classes: found.classNames)
            found.test = other.train
            found.classNames = other.classNames
            found.remarks += other.remarks
        }
        let unused = listing.folders.filter { $0 != train.name && $0 != test?.name }.map { "\($0)/" }
        if !unused.isEmpty || !listing.files.isEmpty {
            found.remarks.append(
                "not used: \((unused + FolderListing.tally(listing.files)).joined(separator: ", "))")
        }
        return found
    }

    /// The data without splits in subfolders.
    /// - Parameter classes: names that are known already, whose labels stay
    private func whole(classes: [String] = []) throws(VAEError) -> FoundData {
        let pictures = listing.files.filter(PictureFormat.isPictureName)
        let (arrays, others) = try FolderContents.arrays(of: listing)
        let nested = try classFolders(classes)
        if !arrays.isEmpty {
            var found = try FoundData(ArraySorting(arrays, in: listing.path))
            found.remarks += skipped(pictures + others)
            return found
        }
        // Whichever holds more is meant.
        if nested.list.count > pictures.count {
            return FoundData(
                train: .pictures(nested.list), classNames: nested.names,
                remarks: skipped(pictures + others + nested.skipped))
        }
        guard pictures.isEmpty else {
            var list = PictureList()
            list.append(pictures, in: listing.path, label: nil)
            var remarks = skipped(others)
            if nested.list.count > 0 {
                remarks.append("not used: \(grouped(Double(nested.list.count))) pictures in subfolders")
            }
            return FoundData(train: .pictures(list), remarks: remarks)
        }
        let contents = FolderListing.tally(listing.files) + listing.folders.prefix(6).map { "\($0)/" }
        throw VAEError(
            .missingInput, listing.path, "holds no images",
            expected: "pictures (\(PictureFormat.names)) or arrays (NPY, NPZ, IDX)",
            found: contents.isEmpty ? "an empty folder" : contents.prefix(8).joined(separator: ", "),
            advice: "Name the files themselves, or another folder.")
    }

    private func skipped(_ names: [String]) -> [String] {
        names.isEmpty ? [] : ["skipped: \(FolderListing.tally(names).prefix(8).joined(separator: ", "))"]
    }

    /// The pictures of the subfolders, each of which is a class with all that lies below it.
    private func classFolders(
        _ known: [String]
    ) throws(VAEError) -> (list: PictureList, names: [String], skipped: [String]) {
        var list = PictureList()
        var (names, skipped) = (known, [String]())
        for name in listing.folders {
            var found: [(folder: String, pictures: [String])] = []
            var seen: Set = [listing.identity]
            try FolderContents.pictures(below: joined(listing.path, name), &seen, &found, &skipped)
            guard !found.isEmpty else { continue }
            let label = names.firstIndex(of: name) ?? names.count
            if label == names.count { names.append(name) }
            for (folder, pictures) in found { list.append(pictures, in: folder, label: label) }
        }
        return (list, names, skipped)
    }

    /// - Parameter seen: folders that were read before; links may lead in circles
    private static func pictures(
        below path: String, _ seen: inout Set<[UInt64]>,
        _ found: inout [(folder: String, pictures: [String])],
        _ skipped: inout [String]
    ) throws(VAEError) {
        let listing = try FolderListing(path)
        guard seen.insert(listing.identity).inserted else { return }
        let pictures = listing.files.filter(PictureFormat.isPictureName)
        if !pictures.isEmpty { found.append((path, pictures)) }
        skipped += listing.files.filter { !PictureFormat.isPictureName($0) }
        for folder in listing.folders {
            try Self.pictures(below: joined(path, folder), &seen, &found, &skipped)
        }
    }

    /// The arrays of a folder, and the names of its other files. Pictures, of which there may be a million, are not opened.
    static func arrays(
        of listing: FolderListing
    ) throws(VAEError) -> (entries: [ArrayEntry], others: [String]) {
        var (entries, others) = ([ArrayEntry](), [String]())
        for name in listing.files where !PictureFormat.isPictureName(name) {
            if entries.count + others.count < opened, let found = try Self.entries(joined(listing.path, name))
            {
                entries += found
            } else {
                others.append(name)
            }
        }
        return (entries, others)
    }

    /// Files that are looked into.
    private static let opened = 10_000

    /// - Throws: `missingInput` or `invalidData` for a file that is called an array, and can't be read or is none.
    private static func entries(_ path: String) throws(VAEError) -> [ArrayEntry]? {
        do throws(VAEError) {
            return try ArrayEntry.all(of: path)
        } catch {
            // Other programs compress other things; only what is called an array must be one.
            let isNamed = [".npy", ".npz", "ubyte", "ubyte.gz", "int", "int.gz"].contains {
                path.hasSuffix($0)
            }
            guard !isNamed else { throw error }
            return nil
        }
    }
}
