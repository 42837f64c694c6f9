import VAECore

/// The images of an uncompressed array that stays in its file.
///
/// The file is read by position, not mapped: a file that is cut off, or a disk that fails, is an error then, and not the program's end.
final class ArrayStream: PixelStream {
    let count: Int
    let shape: ImageShape
    let holdsBytes: Bool
    /// What became of the numbers, as a phrase for people; nil where they are as they were.
    let note: String?

    private let file: FileDescriptor
    private let place: Place
    private let path: String

    /// The numbers of an array in a file.
    private struct Place {
        let type: NumericType
        let isBigEndian: Bool
        /// Sizes, outermost first.
        let shape: [Int]
        let layout: ImageLayout
        /// The byte at which the first number begins.
        let start: Int

        /// The bytes of one image.
        var imageSize: Int { shape.dropFirst().reduce(type.size, *) }
    }

    /// Types whose numbers are what they are without a look at all others.
    private static let types: Set<NumericType> = [.uint8, .bool, .uint16, .float16, .float32, .float64]

    /// The images of an array; nil for one whose numbers can't be read one image at a time: of an archive, compressed, in Fortran order, or
    /// integers whose range all of them tell.
    ///
    /// Floats are all read once, to see that they are brightness, and whether they are bytes.
    /// - Parameter layout: the order of the dimensions; nil where the sizes tell
    /// - Throws: what reading the array into memory throws.
    init?(_ entry: ArrayEntry, layout: ImageLayout?) throws(VAEError) {
        guard entry.key == nil, Self.types.contains(entry.type), let place = try Self.place(entry, layout)
        else { return nil }
        path = entry.path
        file = try FileDescriptor.reading(path)
        self.place = place
        count = place.shape[0]
        shape = try place.layout.imageShape(place.shape, path: path)
        let isFloat = [.float16, .float32, .float64].contains(place.type)
        guard isFloat else {
            holdsBytes = place.type.size == 1
            note =
                place.type == .uint16
                ? "uint16, divided by 65,535" : place.type == .bool ? "bool, taken as 0 and 255" : nil
            return
        }
        var areBytes = true
        for image in 0..<count {
            if case .floats = try Self.images(file, place, image, path).values { areBytes = false }
        }
        holdsBytes = areBytes
        let name = place.type.rawValue
        note =
            areBytes
            ? "\(name) of 255ths, kept as bytes without loss"
            : place.type == .float32 ? nil : "\(name), in single precision"
    }

    func values(of image: Int) throws(VAEError) -> PixelValues {
        let values = try Self.images(file, place, image, path).values
        guard holdsBytes else { return .floats(values.floats) }
        guard case .bytes = values else {
            throw VAEError(
                .invalidData, path, "has changed since it was opened",
                found: "other values in image \(image)",
                advice: "Begin again once it stays as it is.")
        }
        return values
    }

    func willRead(_ image: Int) {
        file.willRead(place.imageSize, at: place.start + image * place.imageSize)
    }

    private static func images(
        _ file: borrowing FileDescriptor, _ place: Place, _ image: Int, _ path: String
    ) throws(VAEError) -> ArrayImages {
        let size = place.imageSize
        let bytes = try file.read(upTo: size, at: place.start + image * size)
        guard bytes.count == size else {
            throw VAEError(
                .invalidData, path, "has become shorter since it was opened",
                expected: "\(size) bytes of image \(image)", found: "\(bytes.count)",
                advice: "Begin again once it stays as it is.")
        }
        let numbers = try NumericCoding.read(
            place.type, size / place.type.size, isBigEndian: place.isBigEndian, isKnown: true,
            from: InputBytes(bytes, path: path))
        let array = NumericArray(checked: [1] + place.shape.dropFirst(), numbers.values)
        do throws(VAEError) {
            return try array.imageValues(layout: place.layout, path: path)
        } catch {
            throw error.about("\(path), image \(image)")
        }
    }

    private static func place(_ entry: ArrayEntry, _ layout: ImageLayout?) throws(VAEError) -> Place? {
        let input = try InputBytes(path: entry.path)
        guard try !input.begins(with: [0x1F, 0x8B]) else { return nil }
        let stated: ImageLayout? = layout ?? (entry.hasChannelsLast && entry.shape.count == 4 ? .nhwc : nil)
        let layout: ImageLayout =
            if let stated { stated } else { try ImageLayout(of: entry.shape, path: entry.path) }
        if entry.hasChannelsLast {
            return Place(
                type: entry.type, isBigEndian: true, shape: entry.shape, layout: layout,
                start: 4 + 4 * entry.shape.count)
        }
        let (header, start) = try NPY.header(input)
        guard !header.isFortranOrder else { return nil }
        return Place(
            type: header.type, isBigEndian: header.isBigEndian, shape: header.shape, layout: layout,
            start: start)
    }
}
