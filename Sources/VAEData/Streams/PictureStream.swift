import Synchronization
import VAECore

/// Pictures that are decoded each time they are wanted, where no room is for decoded ones.
final class PictureStream: PixelStream {
    let count: Int
    var holdsBytes: Bool { format.holdsBytes }

    private let list: PictureList
    /// The places in the list.
    private let places: [Int]
    private let format: CommonFormat
    private let options: ImportOptions
    private let replaced = Mutex(Replaced())

    private struct Replaced {
        var known: Set<String> = []
        var news: [VAEError] = []
    }

    /// - Parameters:
    ///   - places: of the pictures that could be read
    ///   - format: holds all of them
    init(
        _ list: PictureList, places: [Int], _ format: CommonFormat, _ options: ImportOptions
    ) {
        self.list = list
        self.places = places
        self.format = format
        self.options = options
        count = places.count
    }

    /// The values of a picture; in place of one that can't be read any more, those of the next one that can be, if such are to be skipped.
    func values(of image: Int) throws(VAEError) -> PixelValues {
        var first: VAEError?
        for offset in 0..<count {
            let path = list.path(places[(image + offset) % count])
            do throws(VAEError) {
                let picture = try PictureReader.prepare(path, options.pictures)
                guard try format.holding(picture, from: path) == format else {
                    throw VAEError(
                        .invalidData, path, "has become another picture since it was first read",
                        advice: "Begin again once it stays as it is.")
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

    func takeReplacements() -> [VAEError] {
        replaced.withLock { state in
            defer { state.news = [] }
            return state.news
        }
    }
}
