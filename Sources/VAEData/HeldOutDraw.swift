import VAECore

/// A draw of test images, each class's share of them. The bits of runs depend on it: another one would need a ``HoldOut`` of its own.
struct HeldOutDraw {
    /// The places of the test images, ascending.
    let held: [Int]
    /// The places of the others, ascending.
    let kept: [Int]
    /// What was drawn of how many images and classes, a phrase for people.
    let phrase: String

    /// - Precondition: 0 < `count` < `images.count`.
    init(_ count: Int, of images: ImageSet, called noun: String = "images") {
        precondition(count > 0 && count < images.count, "\(count) of \(images.count) images")
        var isHeld = [Bool](repeating: false, count: images.count)
        var origin = "drawn at random"
        if let classes = Self.classes(of: images) {
            let shares = Self.shares(of: count, among: classes)
            for (members, share) in zip(classes, shares) {
                for place in Self.drawn(share, of: members.places.count, label: members.label) {
                    isHeld[members.places[place]] = true
                }
            }
            let given = shares.count { $0 > 0 }
            let of = given == classes.count ? "" : "\(grouped(Double(given))) of "
            origin =
                "drawn evenly from \(of)\(grouped(Double(classes.count))) class\(classes.count == 1 ? "" : "es")"
        } else {
            for place in Self.drawn(count, of: images.count) { isHeld[place] = true }
        }
        held = isHeld.indices.filter { isHeld[$0] }
        kept = isHeld.indices.filter { !isHeld[$0] }
        phrase =
            "\(grouped(Double(held.count))) of \(grouped(Double(images.count))) \(noun) held out as the test set, \(origin)"
    }

    private struct Class {
        let label: Int
        let places: [Int]
    }

    /// The classes, labels ascending; nil without labels, and where more images than not are alone in their class.
    private static func classes(of images: ImageSet) -> [Class]? {
        guard let labels = images.labels else { return nil }
        let classes = Dictionary(grouping: labels.indices) { labels[$0] }.map { Class(label: $0, places: $1) }
        guard 2 * classes.count(where: { $0.places.count == 1 }) <= labels.count else { return nil }
        return classes.sorted { $0.label < $1.label }
    }

    /// The number of images that each class gives, by largest remainders among those of two images or more. Together `count`, or all
    /// but one of each class where that is less.
    private static func shares(of count: Int, among classes: [Class]) -> [Int] {
        let sizes = classes.map { $0.places.count == 1 ? 0 : $0.places.count }
        let total = sizes.reduce(0, +)
        let count = min(count, sizes.reduce(0) { $0 + max(0, $1 - 1) })
        var shares = sizes.map { count.multipliedFullWidth(by: $0) }.map { total.dividingFullWidth($0) }
        var left = count - shares.reduce(0) { $0 + $1.quotient }
        // Of equal remainders chance decides, for the order of the labels would leave the same classes out each time.
        let lots = classes.map { member in
            var random = Self.random(stream: .max, index: member.label)
            return random.next()
        }
        let order = classes.indices.sorted { one, other in
            let (a, b) = (shares[one], shares[other])
            if (a.quotient == 0) != (b.quotient == 0) { return a.quotient == 0 }
            return (b.remainder, lots[one], one) < (a.remainder, lots[other], other)
        }
        while left > 0 {
            for at in order where left > 0 && shares[at].quotient < sizes[at] - 1 {
                shares[at].quotient += 1
                left -= 1
            }
        }
        return shares.map(\.quotient)
    }

    /// `count` numbers below `size`, all sets of them equally likely: the beginning of a Fisher–Yates shuffle.
    private static func drawn(_ count: Int, of size: Int, label: Int = 0) -> ArraySlice<Int> {
        var random = Self.random(stream: 0, index: label)
        var places = Array(0..<size)
        for at in 0..<count { places.swapAt(at, at + random.below(UInt64(size - at))) }
        return places[..<count]
    }

    /// Random numbers that depend on nothing else.
    private static func random(stream: UInt64, index: Int) -> SplitMix64 {
        SplitMix64(seed: 0x7E57_5E7, stream: stream, index: UInt64(bitPattern: Int64(index)))
    }
}
