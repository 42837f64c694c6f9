import VAECore

/// The pictures of a list as images: in memory, from the cache, into the cache, or decoded each time, as there is room for them.
struct PictureStore {
    let list: PictureList
    let options: ImportOptions
    let storage: ImageStorage

    /// The images of a list.
    struct Images {
        /// One set each where sizes or channels differ, in the order of the list; else one of all.
        var groups: [ImageSet]
        /// The places in the list of those that were skipped, ascending.
        var skipped: [Int] = []
        /// The first of them, and what was wrong with it.
        var firstSkipped: String?
        /// Pictures that are one colour because of what lies under their transparent pixels.
        var hidden = 0
        /// Where they are, as a phrase for people; nil for in memory.
        var place: String?
    }

    /// Decoding for less than this is not worth a file.
    private static let worthKeeping = Duration.seconds(2)

    /// - Throws: the error of the first picture that can't be read, unless these are skipped; `invalidData` when there are several sizes
    ///   where memory does not hold them all.
    func images(_ progress: (DatasetEvent) -> Void) throws(VAEError) -> Images {
        guard let cacheFolder = storage.cacheFolder else { return try imagesWithoutCache(progress) }
        let cache = PictureCache(in: cacheFolder)
        let key = try PictureCache.key(list, options)
        if let cached = CachedPictures(cache.path(key), key: key) { return try images(cached) }
        guard try keepsOnDisk() else {
            let clock = ContinuousClock.now
            let images = try inMemory(progress)
            if ContinuousClock.now - clock > Self.worthKeeping { keep(images, cache, key, progress) }
            return images
        }
        let lock: FolderLock
        do throws(VAEError) {
            try Folder.create(cache.folder)
            lock = try cache.lock(progress)
        } catch {
            progress(.cacheNotWritten(path: cache.folder, reason: error.description))
            return try decodedEachTime(progress)
        }
        defer { _ = lock }
        // Another program may have made it meanwhile.
        if let cached = CachedPictures(cache.path(key), key: key) { return try images(cached) }
        do throws(VAEError) {
            guard try PictureCaching(list: list, options: options).make(cache, key, progress) else {
                return try decodedEachTime(progress)
            }
        } catch {
            // A full disk is no reason to give up; a picture that can't be read is.
            guard [.inputOutput, .cannotCreate].contains(error.kind), error.subject == cache.path(key) else {
                throw error
            }
            progress(.cacheNotWritten(path: cache.path(key), reason: error.description))
            return try decodedEachTime(progress)
        }
        guard let cached = CachedPictures(cache.path(key), key: key) else {
            throw VAEError(
                .inputOutput, cache.path(key), "is not what was written", advice: "Check the disk.")
        }
        return try images(cached)
    }

    private func imagesWithoutCache(_ progress: (DatasetEvent) -> Void) throws(VAEError) -> Images {
        try keepsOnDisk() ? decodedEachTime(progress) : inMemory(progress)
    }

    /// Whether the images stay on the disk, as the first that can be read tells.
    private func keepsOnDisk() throws(VAEError) -> Bool {
        if storage.place == .disk { return true }
        for index in 0..<list.count {
            guard let picture = try? PictureReader.prepare(list.path(index), options.pictures) else {
                continue
            }
            return storage.keepsOnDisk(CommonFormat(picture).imageSize * list.count)
        }
        return false
    }

    private func images(_ cached: CachedPictures) throws(VAEError) -> Images {
        let contents = cached.contents
        var set = try ImageSet(shape: contents.shape, streaming: cached)
        let isOnDisk = storage.keepsOnDisk(contents.count * contents.imageSize)
        if !isOnDisk { set = try ImageSet(shape: contents.shape, values: set.values) }
        return Images(
            groups: [set], skipped: contents.skipped, firstSkipped: contents.firstSkipped,
            hidden: contents.hidden, place: isOnDisk ? "the cache of decoded pictures" : nil)
    }

    private func inMemory(_ progress: (DatasetEvent) -> Void) throws(VAEError) -> Images {
        let outcome = try PictureReader(options: options).read(list, progress)
        let read = Set(outcome.places)
        return Images(
            groups: try outcome.pictures.map { picture throws(VAEError) in try picture.images },
            skipped: outcome.refused.isEmpty ? [] : (0..<list.count).filter { !read.contains($0) },
            firstSkipped: outcome.refused.first.map { "\($0.subject), which \($0.problem)" },
            hidden: outcome.pictures.count { $0.isHidden })
    }

    /// Keeps what is in memory for the next time, if it can be.
    private func keep(
        _ images: Images, _ cache: PictureCache, _ key: String, _ progress: (DatasetEvent) -> Void
    ) {
        do throws(VAEError) {
            guard let format = CommonFormat(images.groups) else { return }
            try Folder.create(cache.folder)
            // Whoever makes one at the same moment keeps his.
            guard let lock = try? FolderLock(cache.folder) else { return }
            defer { _ = lock }
            Folder.removeLeftovers(cache.folder)
            let count = images.groups.reduce(0) { $0 + $1.count }
            cache.makeRoom(for: count * (format.imageSize + 4), room: cache.room, progress)
            var writer = try CachedPictures.Writer(cache.path(key), format)
            for set in images.groups { try writer.append(format.values(of: set, path: key)) }
            try writer.finish(
                key: key, skipped: images.skipped, firstSkipped: images.firstSkipped, hidden: images.hidden)
        } catch {
            progress(.cacheNotWritten(path: cache.path(key), reason: error.description))
        }
    }

    /// Reads every picture once, to know their format and which can't be read.
    private func decodedEachTime(_ progress: (DatasetEvent) -> Void) throws(VAEError) -> Images {
        var (format, pictures): (CommonFormat?, [PictureStream.Picture]) = (nil, [])
        var images = Images(groups: [], place: "the pictures, decoded each time")
        try PictureReader(options: options).forEach(list, progress) { (place, result) throws(VAEError) in
            switch result {
            case .success(let picture):
                format = try format?.holding(picture, from: list.path(place)) ?? CommonFormat(picture)
                pictures.append(PictureStream.Picture(place, picture))
                images.hidden += picture.isHidden ? 1 : 0
            case .failure(let error):
                guard options.onBadPicture == .skip else { throw error }
                images.skipped.append(place)
                images.firstSkipped = images.firstSkipped ?? "\(error.subject), which \(error.problem)"
            }
        }
        guard let format else { return images }
        let stream = PictureStream(list, pictures, format, options)
        images.groups = [try ImageSet(shape: format.shape, streaming: stream)]
        return images
    }
}
