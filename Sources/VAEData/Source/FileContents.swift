import VAECore

/// One file that somebody named.
struct FileContents {
    private let path: String

    init(_ path: String) { self.path = path }

    /// The file's data, with the arrays that belong to it by their names: labels beside images, a test set beside a training set.
    func split() throws(VAEError) -> FoundData {
        if let entries = try ArrayEntry.all(of: path) {
            guard entries.count == 1, let named = entries.first, named.key == nil else {
                let sorting = try ArraySorting(entries, in: path)
                return try FoundData(sorting)
            }
            guard !named.isLabels else {
                throw VAEError(
                    .invalidData, path, "holds labels, not images", found: named.description,
                    advice: "Name the file of the images; labels beside it are found.")
            }
            let beside = try FolderContents.arrays(of: FolderListing(path.splitAtName.folder)).entries
            let others = beside.filter {
                $0.name != named.name && $0.key == nil && $0.role.stem == named.role.stem
            }
            return try FoundData(ArraySorting([named] + others, in: path, chosen: named), sayingUnused: false)
        }
        let start = try InputBytes(path: path).start()
        if PictureFormat(of: start) == nil {
            if FileKind.picture(of: start) != nil { throw PictureFormat.refusal(of: start, path: path) }
            let isNamed = [".csv", ".tsv"].contains { path.lowercased().hasSuffix($0) }
            if isNamed || FileKind.name(of: start) == FileKind.text { return FoundData(train: .table(path)) }
            throw VAEError(
                .invalidData, path, "holds no images",
                expected: "a picture (\(PictureFormat.names)), an array (NPY, NPZ, IDX) or a table (CSV)",
                found: FileKind.name(of: start) ?? "another kind of file",
                advice: "Convert it to PNG, or save an array of images with numpy.save.")
        }
        var list = PictureList()
        let (folder, name) = path.splitAtName
        list.append([name], in: folder, label: nil)
        return FoundData(train: .pictures(list))
    }
}

extension FoundData {
    /// The arrays of a data set.
    /// - Throws: what reading the names of classes in an archive throws.
    init(_ sorting: ArraySorting, sayingUnused: Bool = true) throws(VAEError) {
        self.init(
            train: .arrays(sorting.train), test: sorting.test.map(DataSource.Part.arrays),
            classNames: try Dataset.classNames(beside: sorting.train.images))
        if sayingUnused, !sorting.unused.isEmpty {
            remarks.append("not used: \(ArraySorting.list(sorting.unused))")
        }
        if sorting.train.labels == nil { remarks.append("no labels for \(sorting.train.images.description)") }
    }
}

extension String {
    /// The folder of a path and the name in it; `.` for a name alone.
    var splitAtName: (folder: String, name: String) {
        guard let slash = lastIndex(of: "/") else { return (".", self) }
        let folder = self[..<slash]
        return (folder.isEmpty ? "/" : String(folder), String(self[index(after: slash)...]))
    }
}
