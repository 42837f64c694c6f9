import VAECore

extension Dataset {
    /// The same data with only `count` training images (all of them if there are fewer); the test images stay.
    ///
    /// They are the first ones. Of images that are sorted by class, as those in folders of classes are, these would be the first classes only: there each
    /// class gives its share, as in ``holdingOutTest(fraction:)``, drawn by a fixed seed, and the images keep their order.
    ///
    /// The pixels are shared, not copied. O(n), and no pixel is read.
    /// - Throws: `invalidArgument` if `count` is less than 1.
    public func limited(to count: Int) throws(VAEError) -> Dataset {
        try limited(to: count, by: .stratified)
    }

    /// The same data with only some of the training images, by a rule.
    /// - Throws: as ``limited(to:)``.
    package func limited(to count: Int, by rule: Limiting) throws(VAEError) -> Dataset {
        guard count >= 1 else {
            throw VAEError(
                .invalidArgument, "training images", "can't be limited to none", expected: "1 or more",
                found: "\(count)")
        }
        guard count < train.count else { return self }
        guard rule == .stratified, train.isSortedByClass, let classes = StratifiedDraw.classes(of: train)
        else { return try replacing(train: train.slice(0..<count)) }
        let draw = StratifiedDraw(seed: 0x11_417, keepsOne: false)
        let shares = draw.shares(of: count, among: classes)
        let places = zip(classes, shares).flatMap { members, share in
            draw.drawn(share, of: members.places.count, label: members.label).map { members.places[$0] }
        }
        let noun = columns.isEmpty ? "images" : "rows"
        let given = shares.count { $0 > 0 }
        let of = given == classes.count ? "" : "\(grouped(Double(given))) of "
        let all = "\(grouped(Double(train.count))) training \(noun)"
        return try replacing(
            train: train.selecting(places.sorted()),
            source: "\(source), \(grouped(Double(count))) of \(all) drawn evenly from "
                + "\(of)\(grouped(Double(classes.count))) classes")
    }
}

/// The rule by which some training images are taken, as records of runs name it.
package enum Limiting: String, Sendable, Codable {
    /// ``Dataset/limited(to:)``
    case stratified
    /// The first ones in their order: the rule of runs that have none on record.
    case first
}
