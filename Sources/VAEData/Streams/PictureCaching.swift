import Foundation
import VAECore

/// The making of a file of decoded pictures, of which memory holds a few at a time.
struct PictureCaching {
    let list: PictureList
    let options: ImportOptions

    /// Pictures whose formats are looked at before: a guess that fails costs a second begin.
    private static let sample = 64

    /// Makes the file of a key. The lock of the cache has to be had.
    /// - Returns: false where none of the pictures looked at before can be read, and nothing is made.
    /// - Throws: the error of a picture that can't be read, unless these are skipped; `invalidData` for several sizes; `inputOutput` or
    ///   `cannotCreate` about the file when it can't be written, as on a full disk.
    func make(
        _ cache: PictureCache, _ key: String, _ progress: (DatasetEvent) -> Void
    ) throws(VAEError) -> Bool {
        Folder.removeLeftovers(cache.folder)
        guard var format = try sampledFormat() else { return false }
        // Each round holds more than the one before: colour, or floats.
        while let wider = try write(format, cache, key, progress) { format = wider }
        return true
    }

    /// The format of some pictures spread over the list; nil where none can be read.
    private func sampledFormat() throws(VAEError) -> CommonFormat? {
        var format: CommonFormat?
        for part in 0..<min(Self.sample, list.count) {
            let path = list.path(part * list.count / min(Self.sample, list.count))
            guard let picture = try? PictureReader.prepare(path, options.pictures) else { continue }
            format = try format?.holding(picture, from: path) ?? CommonFormat(picture)
        }
        return format
    }

    /// Writes all pictures in a format.
    /// - Returns: nil when it is done; where a picture does not fit, the format that holds it as well.
    private func write(
        _ format: CommonFormat, _ cache: PictureCache, _ key: String, _ progress: (DatasetEvent) -> Void
    ) throws(VAEError) -> CommonFormat? {
        let path = cache.path(key)
        let needed = list.count * (format.imageSize + 4)
        cache.makeRoom(for: needed, room: cache.room, progress)
        if let room = cache.room, room < needed + PictureCache.spared {
            throw VAEError(
                .inputOutput, path, "can't be written: too little space is left",
                expected: "\((needed + PictureCache.spared) >> 20) MiB", found: "\(room >> 20) MiB")
        }
        var writer = try CachedPictures.Writer(path, format)
        var (skipped, hidden): ([Int], Int) = ([], 0)
        var firstSkipped: String?
        var wider: CommonFormat?
        try PictureReader(options: options).forEach(list, progress) { (place, result) throws(VAEError) in
            switch result {
            case .success(let picture):
                let holding = try (wider ?? format).holding(picture, from: list.path(place))
                if holding != format { wider = holding }
                guard wider == nil else { return }
                try writer.append(format.values(of: picture.images, path: list.path(place)))
                hidden += picture.isHidden ? 1 : 0
            case .failure(let error):
                guard options.onBadPicture == .skip else { throw error }
                skipped.append(place)
                firstSkipped = firstSkipped ?? "\(error.subject), which \(error.problem)"
            }
        }
        if wider == nil {
            try writer.finish(key: key, skipped: skipped, firstSkipped: firstSkipped, hidden: hidden)
        }
        return wider
    }
}
