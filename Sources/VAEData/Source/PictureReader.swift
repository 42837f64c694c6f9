import Dispatch
import Synchronization
import VAECore

/// Reads many pictures at once, on all cores. What comes out depends on the files and the options alone.
struct PictureReader {
    let options: ImportOptions

    /// A picture as it is wanted, still with its own number of channels.
    struct Prepared {
        let shape: ImageShape
        let values: PixelValues
        /// Whether it is one colour only because of what lies under its transparent pixels.
        let isHidden: Bool

        var holdsBytes: Bool { if case .bytes = values { true } else { false } }
        /// The picture as a set of one image.
        var images: ImageSet {
            get throws(VAEError) { try ImageSet(shape: shape, values: values) }
        }
    }

    /// Pictures read, with their places in the list.
    struct Outcome {
        var pictures: [Prepared] = []
        /// The places in the list of those that were read.
        var places: [Int] = []
        /// The errors of those that were skipped.
        var refused: [VAEError] = []
    }

    /// - Throws: the error of the first picture that can't be read, unless these are skipped.
    func read(_ list: PictureList, _ progress: (DatasetEvent) -> Void) throws(VAEError) -> Outcome {
        var outcome = Outcome()
        outcome.pictures.reserveCapacity(list.count)
        try forEach(list, progress) { (place, result) throws(VAEError) in
            switch result {
            case .success(let picture):
                outcome.pictures.append(picture)
                outcome.places.append(place)
            case .failure(let error):
                guard options.onBadPicture == .skip else { throw error }
                outcome.refused.append(error)
            }
        }
        return outcome
    }

    /// Reads all pictures, some at once, and hands them on in their order.
    /// - Throws: what `body` throws, which ends the work.
    func forEach(
        _ list: PictureList, _ progress: (DatasetEvent) -> Void,
        _ body: (_ place: Int, Result<Prepared, VAEError>) throws(VAEError) -> Void
    ) throws(VAEError) {
        for start in stride(from: 0, to: list.count, by: Self.atOnce) {
            let range = start..<min(start + Self.atOnce, list.count)
            for (place, result) in zip(range, Self.read(list, range, options)) { try body(place, result) }
            progress(.reading(done: range.upperBound, total: list.count))
        }
    }

    private static let atOnce = 64

    private static func read(
        _ list: PictureList, _ range: Range<Int>, _ options: ImportOptions
    ) -> [Result<Prepared, VAEError>] {
        let results = Mutex<[Int: Result<Prepared, VAEError>]>([:])
        DispatchQueue.concurrentPerform(iterations: range.count) { part in
            let result = Result<Prepared, VAEError> { () throws(VAEError) in
                try prepare(list.path(range.lowerBound + part), options.pictures)
            }
            results.withLock { $0[part] = result }
        }
        return results.withLock { results in (0..<range.count).compactMap { results[$0] } }
    }

    /// One picture, decoded and made to fit.
    static func prepare(_ path: String, _ preparation: PicturePreparation) throws(VAEError) -> Prepared {
        let least = preparation.size.map { (width: $0.width, height: $0.height) }
        let picture = try Picture(contentsOf: path, atLeast: least)
        let channels = preparation.channels(of: picture)
        return Prepared(
            shape: preparation.shape(of: picture, channels: channels),
            values: preparation.prepared(picture, channels: channels),
            isHidden: preparation.hidesContent(of: picture))
    }
}
