import VAECore

/// A draw of some of a set's images, each class's share of them. The bits of runs depend on it: another one would need a rule of its own on their
/// records.
struct StratifiedDraw {
    /// The seed of draws that depend on nothing else.
    let seed: UInt64
    /// Whether each class keeps an image back: one of a single image then gives none.
    let keepsOne: Bool

    /// Images of one label.
    struct Class {
        let label: Int
        /// Ascending.
        let places: [Int]
    }

    /// The classes, labels ascending; nil without labels, and where more images than not are alone in their class.
    static func classes(of images: ImageSet) -> [Class]? {
        guard let labels = images.labels else { return nil }
        let classes = Dictionary(grouping: labels.indices) { labels[$0] }.map { Class(label: $0, places: $1) }
        guard 2 * classes.count(where: { $0.places.count == 1 }) <= labels.count else { return nil }
        return classes.sorted { $0.label < $1.label }
    }

    /// The number of images that each class gives, by largest remainders among those that can give some. Together `count`, or all that can be
    /// given where that is less.
    func shares(of count: Int, among classes: [Class]) -> [Int] {
        let sizes = classes.map { keepsOne && $0.places.count == 1 ? 0 : $0.places.count }
        let most = sizes.map { keepsOne ? max(0, $0 - 1) : $0 }
        let total = sizes.reduce(0, +)
        let count = min(count, most.reduce(0, +))
        var shares = sizes.map { count.multipliedFullWidth(by: $0) }.map { total.dividingFullWidth($0) }
        var left = count - shares.reduce(0) { $0 + $1.quotient }
        // Of equal remainders chance decides, for the order of the labels would leave the same classes out each time.
        let lots = classes.map { member in
            var random = random(stream: .max, index: member.label)
            return random.next()
        }
        let order = classes.indices.sorted { one, other in
            let (a, b) = (shares[one], shares[other])
            if (a.quotient == 0) != (b.quotient == 0) { return a.quotient == 0 }
            return (b.remainder, lots[one], one) < (a.remainder, lots[other], other)
        }
        while left > 0 {
            for at in order where left > 0 && shares[at].quotient < most[at] {
                shares[at].quotient += 1
                left -= 1
            }
        }
        return shares.map(\.quotient)
    }

    /// `count` numbers below `size`, all sets of them equally likely: the beginning of a Fisher–Yates shuffle.
    func drawn(_ count: Int, of size: Int, label: Int = 0) -> ArraySlice<Int> {
        var random = random(stream: 0, index: label)
        var places = Array(0..<size)
        for at in 0..<count { places.swapAt(at, at + random.below(UInt64(size - at))) }
        return places[..<count]
    }

    /// Random numbers that depend on nothing but the seed.
    private func random(stream: UInt64, index: Int) -> SplitMix64 {
        SplitMix64(seed: seed, stream: stream, index: UInt64(bitPattern: Int64(index)))
    }
}
