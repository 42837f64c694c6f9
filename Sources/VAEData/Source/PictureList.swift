/// Files of pictures with a label each or none, packed: a million of them take some 25 MB.
struct PictureList: Sendable {
    private var folders: [String] = []
    private var names: [UInt8] = []
    private var files: [File] = []
    /// Whether every picture has a label.
    private(set) var isLabelled = true

    private struct File {
        let folder: Int32
        let label: Int32
        let end: Int
    }

    /// The number of pictures.
    var count: Int { files.count }

    /// Adds the files of one folder.
    /// - Parameter label: that of all of them; nil for none
    mutating func append(_ names: [String], in folder: String, label: Int?) {
        guard !names.isEmpty else { return }
        folders.append(folder)
        isLabelled = isLabelled && label != nil
        for name in names {
            self.names += name.utf8
            files.append(
                File(folder: Int32(folders.count - 1), label: Int32(label ?? -1), end: self.names.count))
        }
    }

    /// The path of a picture.
    func path(_ index: Int) -> String {
        let start = index == 0 ? 0 : files[index - 1].end
        let name = String(decoding: names[start..<files[index].end], as: UTF8.self)
        return joined(folders[Int(files[index].folder)], name)
    }

    /// The label of a picture; nil for none.
    func label(_ index: Int) -> Int? {
        let label = files[index].label
        return label < 0 ? nil : Int(label)
    }
}
