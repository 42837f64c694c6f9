import VAE
import VAEConsole
import VAECore
import VAEData
import VAEFigures
import VAERun

/// Images that are many, made and written some at a time.
struct ImagePieces {
    let shape: ImageShape
    let count: Int
    /// (range.count, height, width, channels) of a range of the images.
    let make: (_ range: Range<Int>) throws(VAEError) -> [Float]

    /// Values that are made at once: 16 MiB of them.
    private static let room = 4 << 20

    /// Calls `body` with one piece after the other. Numbers that are not finite are refused, by the places of their images.
    fileprivate func forEach(
        _ body: (_ first: Int, _ images: FloatImages) throws(VAEError) -> Void
    ) throws(VAEError) {
        let size = max(1, Self.room / shape.count)
        for start in stride(from: 0, to: count, by: size) {
            let values = try make(start..<min(start + size, count))
            try Finiteness.demand(values, each: shape.count) { "a pixel of image \(start + $0)" }
            try body(start, FloatImages(shape: shape, values: values))
        }
    }

    /// All of them, for one picture.
    fileprivate func all() throws(VAEError) -> FloatImages {
        try Finiteness.images(shape, make(0..<count))
    }
}

extension ImageOutput {
    /// Writes images where they are to go, and holds no more of them than a piece unless they become one picture.
    /// - Parameter table: the standardisation of the rows of a table, which is undone; nil for images
    /// - Returns: the paths written, none for standard output.
    func write(
        _ pieces: ImagePieces, to destination: Destination, table: Standardization?, of run: SavedRun,
        _ console: Console
    ) throws(VAEError) -> [String] {
        if destination.isPicture {
            try run.demandMemory(images: pieces.count)
            return try write(pieces.all(), to: destination, table: table, console)
        }
        func append(_ format: Format, _ append: ([UInt8]) throws(VAEError) -> Void) throws(VAEError) {
            let shape = pieces.shape
            let sizes =
                table.map { [$0.columns.count] }
                ?? [shape.height, shape.width] + (shape.channels == 1 ? [] : [shape.channels])
            if format == .npy { try append(NPY.header(ofFloats: [pieces.count] + sizes)) }
            try pieces.forEach { (first, images) throws(VAEError) in
                let values =
                    try table.map { (table) throws(VAEError) in try table.undo(images.values) }
                    ?? images.values
                if format == .npy { return try append(NPY.bytes(of: values)) }
                try append(Array(DecodedRows(values, table?.columns ?? []).text(hasHeader: first == 0).utf8))
            }
        }
        switch destination {
        case .output(let format):
            try append(format) { (bytes) throws(VAEError) in try console.emit(bytes) }
            return []
        case .file(let path, let format):
            try DurableFile.write(to: path) { (piece) throws(VAEError) in try append(format, piece) }
            return [path]
        case .folder(let path):
            try Folder.createNew(path)
            let digits = max(4, "\(pieces.count - 1)".count)
            var paths: [String] = []
            try pieces.forEach { (first, images) throws(VAEError) in
                for index in 0..<images.count {
                    let number = "\(first + index)"
                    let zeros = String(repeating: "0", count: digits - number.count)
                    let file = "\(path)\(path.hasSuffix("/") ? "" : "/")\(zeros)\(number).png"
                    try DurableFile.write(images.picture(at: index).png(), to: file)
                    paths.append(file)
                }
            }
            return paths
        }
    }
}
