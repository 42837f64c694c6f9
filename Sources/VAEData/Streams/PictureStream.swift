import Synchronization
import VAECore

/// Pictures that are decoded each time they are wanted, where no room is for decoded ones.
final class PictureStream: PixelStream {
    let count: Int
    var holdsBytes: Bool { format.holdsBytes }

    private let list: PictureList
    private let pictures: [Picture]
    private let format: CommonFormat
    private let options: ImportOptions
    private let replaced = Mutex(Replaced())

    /// A picture that could be read.
    struct Picture {
        /// The place in the list.
        let place: Int
        /// The CRC-32 of its values, by which it is known again.
        let checksum: UInt32

        init(_ place: Int, _ picture: PictureReader.Prepared) {
            self.place = place
            checksum = picture.values.checksum
        }
    }

    private struct Replaced {
        var known: Set<String> = []
        var news: [VAEError] = []
    }

    /// - Parameters:
    ///   - pictures: those that could be read
    ///   - format: holds all of them
    init(
        _ list: PictureList, _ pictures: [Picture], _ format: CommonFormat, _ options: ImportOptions
    ) {
        self.list = list
        self.pictures = pictures
        self.format = format
        self.options = options
        count = pictures.count
    }

    /// The values of a picture; in place of one that can't be read any more, those of the next one that can be, if such are to be skipped.
    func values(of image: Int) throws(VAEError) -> PixelValues {
        var first: VAEError?
        for offset in 0..<count {
            let known = pictures[(image + offset) % count]
            let path = list.path(known.place)
            do throws(VAEError) {
                let picture = try PictureReader.prepare(path, options.pictures)
                guard picture.values.checksum == known.checksum,
                    try format.holding(picture, from: path) == format
                else {
                    throw VAEError(
                        .invalidData, path, "has become another picture since it was first read",
                        advice: "Put it back, or begin again.")
                }
                if let first { remember(first) }
                return try format.values(of: picture.images, path: path)
            } catch {
                guard options.onBadPicture == .skip else { throw error }
                first = first ?? error
            }
        }
        throw first ?? VAEError(.invalidData, "pictures", "are none")
    }

    private func remember(_ error: VAEError) {
        replaced.withLock { state in
            if state.known.insert(error.subject).inserted { state.news.append(error) }
        }
    }

    /// The errors of pictures in whose place others were given, each path once.
    func takeReplacements() -> [VAEError] {
        replaced.withLock { state in
            defer { state.news = [] }
            return state.news
        }
    }
}

extension PixelValues {
    /// The CRC-32 of the bytes, or of those of the floats, lowest first.
    fileprivate var checksum: UInt32 {
        if case .bytes(let bytes) = self { return Zlib.checksum(bytes[...]) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 * count)
        for value in floats { bytes.append(number: value.bitPattern) }
        return Zlib.checksum(bytes[...])
    }
}
