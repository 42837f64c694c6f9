/// The images of a set by their numbers in what holds them: a set cut out of another shares its pixels.
enum ImageSelection: Sendable, Equatable {
    case range(Range<Int>)
    /// In any order. Four bytes each, for there may be a million.
    case list([UInt32])

    var count: Int {
        switch self {
        case .range(let range): range.count
        case .list(let numbers): numbers.count
        }
    }

    /// The number, in what holds it, of the image at `position` of the set.
    @inline(__always)
    subscript(position: Int) -> Int {
        switch self {
        case .range(let range): range.lowerBound + position
        case .list(let numbers): Int(numbers[position])
        }
    }

    /// The images at some positions that follow one another.
    func slice(_ positions: Range<Int>) -> ImageSelection {
        switch self {
        case .range(let range):
            .range(range.lowerBound + positions.lowerBound..<range.lowerBound + positions.upperBound)
        case .list(let numbers): .list(Array(numbers[positions]))
        }
    }

    /// The images at `positions`, in their order.
    func selecting(_ positions: [Int]) -> ImageSelection {
        .list(positions.map { UInt32(self[$0]) })
    }

    /// The numbers of the images at `positions` where they follow one another; nil where they don't. Allocates nothing.
    func run(_ positions: Range<Int>) -> Range<Int>? {
        let first = positions.isEmpty ? 0 : self[positions.lowerBound]
        if case .list(let numbers) = self {
            for (offset, position) in positions.enumerated() where Int(numbers[position]) != first + offset {
                return nil
            }
        }
        return first..<first + positions.count
    }
}
