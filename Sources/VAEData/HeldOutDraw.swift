import VAECore

/// A draw of test images, each class's share of them. The bits of runs depend on it: another one would need a ``HoldOut`` of its own.
struct HeldOutDraw {
    /// The places of the test images, ascending.
    let held: [Int]
    /// The places of the others, ascending.
    let kept: [Int]
    /// What was drawn of how many images and classes, a phrase for people.
    let phrase: String

    private static let draw = StratifiedDraw(seed: 0x7E57_5E7, keepsOne: true)

    /// - Precondition: 0 < `count` < `images.count`.
    init(_ count: Int, of images: ImageSet, called noun: String = "images") {
        precondition(count > 0 && count < images.count, "\(count) of \(images.count) images")
        var isHeld = [Bool](repeating: false, count: images.count)
        var origin = "drawn at random"
        if let classes = StratifiedDraw.classes(of: images) {
            let shares = Self.draw.shares(of: count, among: classes)
            for (members, share) in zip(classes, shares) {
                for place in Self.draw.drawn(share, of: members.places.count, label: members.label) {
                    isHeld[members.places[place]] = true
                }
            }
            let given = shares.count { $0 > 0 }
            let of = given == classes.count ? "" : "\(grouped(Double(given))) of "
            origin =
                "drawn evenly from \(of)\(grouped(Double(classes.count))) class\(classes.count == 1 ? "" : "es")"
        } else {
            for place in Self.draw.drawn(count, of: images.count) { isHeld[place] = true }
        }
        held = isHeld.indices.filter { isHeld[$0] }
        kept = isHeld.indices.filter { !isHeld[$0] }
        phrase =
            "\(grouped(Double(held.count))) of \(grouped(Double(images.count))) \(noun) held out as the test set, \(origin)"
    }
}
