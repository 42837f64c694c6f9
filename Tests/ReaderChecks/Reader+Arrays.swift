import VAECore
import VAEData

/// What must hold of the readers of arrays and tables.
extension Reader {
    func checkIDX(_ bytes: [UInt8], _ file: FileInMemory) throws(Finding) {
        let array = try value(file) { () throws(VAEError) in try IDX.read(file.path) }
        if let array, (try? IDX.encode(array)) != bytes {
            throw Finding("an IDX file is written differently")
        }
        _ = try value(file) { () throws(VAEError) in try IDX.readImages(at: file.path) }
        guard !bytes.starts(with: [0x1F, 0x8B]) else { return }
        file.hold(Gzip.member(bytes))
        let unpacked = try value(file) { () throws(VAEError) in try IDX.read(file.path) }
        guard (unpacked != nil) == (array != nil) else {
            throw Finding("compressed, an IDX file is read otherwise")
        }
        // Compared as bytes: a NaN is not equal to itself.
        if let unpacked, (try? IDX.encode(unpacked)) != bytes {
            throw Finding("a compressed IDX file is read differently")
        }
    }

    func checkNPY(_ file: FileInMemory) throws(Finding) {
        let array = try value(file) { () throws(VAEError) in try NPY.read(file.path) }
        _ = try value(file) { () throws(VAEError) in try images(file) }
        if let array { try checkArray(array, file) }
    }

    func checkNPZ(_ file: FileInMemory) throws(Finding) {
        let archive = try value(file) { () throws(VAEError) in try NPZArchive(contentsOf: file.path) }
        guard let archive else { return }
        // Entries may overlap, and so be many times the file's size; each is bounded by itself.
        let some = archive.entries.filter { $0.type == nil || $0.shape.reduce(1, &*) <= 1 << 16 }.prefix(8)
        var arrays: [NumericArray] = []
        for entry in some {
            let array = try value(file) { () throws(VAEError) in try archive.array(named: entry.name) }
            guard let array else { continue }
            guard entry.type == array.type, entry.shape == array.shape, entry.refusal == nil else {
                throw Finding("an array that is not what the list says")
            }
            arrays.append(array)
        }
        for entry in archive.entries.prefix(8) {
            let texts = try value(file) { () throws(VAEError) in
                try archive.texts(named: entry.name, most: 100, longest: 20)
            }
            guard (texts??.count ?? 0) <= 100 else { throw Finding("more texts than were asked for") }
        }
        for array in arrays { try checkArray(array, file) }
    }

    func checkTable(_ file: FileInMemory) throws(Finding) {
        let table = try value(file) { () throws(VAEError) in try NumericTable(contentsOf: file.path) }
        guard let table else { return }
        let width = table.columns.count
        guard table.count > 0, table.values.count == table.count * width, table.values.allSatisfy(\.isFinite)
        else { throw Finding("a table that is none") }
        let last = table.columns[width - 1]
        if width > 1, table.columns.filter({ $0.utf8.elementsEqual(last.utf8) }).count == 1 {
            let labelled = try value(file) { () throws(VAEError) in
                try NumericTable(contentsOf: file.path, labelColumn: last)
            }
            guard let labels = labelled?.labels, labels.indices.count == table.count,
                labels.indices.allSatisfy(labels.classes.indices.contains)
            else { throw Finding("labels that are none") }
        }
        do throws(VAEError) {
            let standard = try Standardization(columns: table.columns, values: table.values)
            _ = try standard.undo(standard.apply(table.values))
        } catch {
            // Numbers at the ends of single precision may leave it on the way back.
            guard error.kind == .invalidData else { throw Finding("a table without deviations: \(error)") }
        }
        let rows = stride(from: 0, to: table.values.count, by: width).map { start in
            table.values[start..<start + width].map { "\($0)" }.joined(separator: "\t")
        }
        file.hold(Array(rows.joined(separator: "\n").utf8))
        guard let again = try? NumericTable(contentsOf: file.path, hasHeader: false),
            again.values == table.values
        else { throw Finding("a table is written differently") }
    }

    private func checkArray(_ array: NumericArray, _ file: FileInMemory) throws(Finding) {
        let images = try value(file) { () throws(VAEError) in try array.imageValues(path: file.path) }
        if let images {
            guard images.count == array.shape[0], images.values.count == array.values.count else {
                throw Finding("images that are not the array's")
            }
            if case .floats(let values) = images.values, !values.allSatisfy({ (0...1).contains($0) }) {
                throw Finding("images that are no brightness")
            }
        }
        _ = try value(file) { () throws(VAEError) in try array.labels(path: file.path) }
        let bytes = NPY.encode(array)
        file.hold(bytes)
        guard let again = try? NPY.read(file.path), NPY.encode(again) == bytes else {
            throw Finding("an NPY file is written differently")
        }
    }

    /// The way that commands take: any file of images, made to fit a model.
    private func images(_ file: FileInMemory) throws(VAEError) -> ImageFiles {
        try ImageFiles(
            contentsOf: [file.path], shape: ImageShape(height: 3, width: 2),
            options: ImportOptions(pictures: PicturePreparation(size: .init(height: 3, width: 2), fit: .pad)))
    }
}
