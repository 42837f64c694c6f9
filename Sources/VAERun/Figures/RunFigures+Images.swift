import VAE
import VAECore
import VAEEvaluation
import VAEFigures

extension RunFigures {
    /// One image of each class, and below the best, the median and the worst by loss: where the pixels are shades and the likelihood Bernoulli's, by
    /// what is above their entropy, which no model can help.
    func reconstructions() throws(VAEError) -> ReconstructionGrid {
        let losses = try model.losses(of: test, sampling: false, threads: threads)
        // What codes cost under a uniform prior is the same for all images.
        let isQuantized = model.configuration.isQuantized
        let totals = zip(losses.reconstruction, losses.kl).map { Double(isQuantized ? $0 : $0 + $1) }
        let (typical, heading) = typical()
        let floors = try GreyEntropy.floors(of: test, model.configuration.likelihood)
        // Equal losses in the images' order, and those that are not finite as the worst.
        let excess = totals.indices.map {
            totals[$0].isFinite ? totals[$0] - (floors?[$0] ?? 0) : Double.infinity
        }
        let ranked = totals.indices.sorted { (excess[$0], $0) < (excess[$1], $1) }
        // Of one or two images none is the best, the median or the worst.
        let count = min(options.images, ranked.count / 3)
        let middle = (ranked.count - count) / 2
        let best = Array(ranked.prefix(count))
        let median = Array(ranked[middle..<middle + count])
        let worst = Array(ranked.suffix(count))
        let chosen = typical + best + median + worst
        let images = images(chosen)
        return try ReconstructionGrid(
            inputs: FloatImages(images, at: 0..<images.count),
            reconstructions: FloatImages(
                shape: test.shape, values: model.reconstruct(images, threads: threads)),
            losses: chosen.map { totals[$0] },
            bands: [[.init(heading, count: typical.count)]]
                + (count == 0
                    ? []
                    : [["best", "median", "worst"].map { ReconstructionGrid.Group($0, count: count) }]),
            title: "Test images of \(name.title) and their reconstructions",
            subtitle: (isQuantized
                ? "z is the nearest codes; loss = −ln p(x|z); "
                : "z is the mean of q(z|x); loss = reconstruction + KL; ")
                + (floors == nil || count == 0 ? "" : "best to worst by loss less the shades' own entropy; ")
                + "difference is |input − reconstruction|"
        )
    }

    /// About a dozen images, as many of one class as of any other, and what they are; of more classes some, evenly spread.
    private func typical() -> (images: [Int], heading: String) {
        let classes = classes()
        let most = 12
        let shown = min(classes.count, most)
        let wanted = test.labels == nil ? 10 : most / shown
        let each = max(1, min(wanted, classes.map(\.images.count).min() ?? 1))
        let images = (0..<shown).flatMap { classes[$0 * classes.count / shown].images.prefix(each) }
        let first = each == 1 ? "the first" : "the first \(each)"
        guard test.labels != nil else { return (images, first) }
        return (
            images,
            shown < classes.count
                ? "\(first) of \(shown) of the \(classes.count) classes" : "\(first) of each \(name.label)"
        )
    }

    /// Lines between images of neighbouring classes, or without labels of neighbours in the test set.
    func interpolations() throws(VAEError) -> InterpolationGrid {
        let pairs = pairs()
        let (starts, ends) = (images(pairs.map(\.0)), images(pairs.map(\.1)))
        let (from, to) = (
            try model.encode(starts, threads: threads), try model.encode(ends, threads: threads)
        )
        let (size, last) = (from.latentSize, options.steps - 1)
        func between(_ a: [Float], _ b: [Float], _ size: Int) -> [Float] {
            var values: [Float] = []
            for pair in pairs.indices {
                for step in 0...last {
                    let share = Float(step) / Float(last)
                    for at in pair * size..<(pair + 1) * size {
                        values.append((1 - share) * a[at] + share * b[at])
                    }
                }
            }
            return values
        }
        // Of a conditional model what lies between two classes, too.
        let classes = model.configuration.classes.count
        let rows =
            classes == 0
            ? []
            : try between(
                model.classRows(starts.labels, count: starts.count),
                model.classRows(ends.labels, count: ends.count), classes)
        let headings = test.labels.map { labels in
            pairs.map { "\(name.name(ofClass: labels[$0.0])) → \(name.name(ofClass: labels[$0.1]))" }
        }
        return try InterpolationGrid(
            starts: FloatImages(starts, at: 0..<starts.count), ends: FloatImages(ends, at: 0..<ends.count),
            steps: decoded(between(from.mean, to.mean, size), rows), rowHeadings: headings ?? [],
            title: test.count == 1
                ? "The one test image of \(name.title)" : "From one test image of \(name.title) to another",
            subtitle: "straight lines between the means of q(z|x), decoded")
    }

    /// Images of class 0 and 1, 2 and 3, …, then other steps between classes, then other images.
    private func pairs() -> [(Int, Int)] {
        let classes = classes()
        let all: [(Int, Int)]
        if classes.count > 1 {
            // Steps around the circle of classes: 0 to 1, 2 to 3, … first, then with a wider step.
            all = (0..<options.pairs).map { pair in
                let round = 2 * pair / classes.count
                let from = 2 * pair % classes.count
                let to = (from + 1 + round % (classes.count - 1)) % classes.count
                let (a, b) = (classes[from].images, classes[to].images)
                return (a[round % a.count], b[(round + 1) % b.count])
            }
        } else {
            all = (0..<options.pairs).map { (2 * $0 % test.count, (2 * $0 + 1) % test.count) }
        }
        // Few images make few pairs.
        var seen: Set<[Int]> = []
        return all.filter { seen.insert([$0.0, $0.1]).inserted }
    }

    /// Draws from the prior.
    func samples() throws(VAEError) -> SampleGrid {
        if model.configuration.isConditional { return try samplesByClass() }
        if model.configuration.isQuantized { return try samplesOfCodes() }
        let images = try FloatImages(
            shape: test.shape, values: model.sample(options.samples, seed: options.seed, threads: threads))
        return try SampleGrid(
            images: images, title: "Draws from the prior",
            subtitle: "model of \(name.title): decoder means at \(counted(options.samples, "draw")) of "
                + "z from \(model.configuration.prior.phrase), seed \(options.seed)")
    }

    /// Draws from the prior of a conditional model: a row for each class, and in each column the same z.
    private func samplesByClass() throws(VAEError) -> SampleGrid {
        let classes = Array(model.configuration.classes.prefix(Self.mostClassRows))
        let each = max(1, options.samples / classes.count)
        let images = try FloatImages(
            shape: test.shape,
            values: model.sample(
                classes: classes.flatMap { [Int](repeating: $0, count: each) },
                draws: classes.flatMap { _ in 0..<each }, seed: options.seed, threads: threads))
        let names = classes.map { name.name(ofClass: $0) }.joined(separator: ", ")
        return try SampleGrid(
            images: images, columns: each, title: "Draws from the prior, a row for each class",
            subtitle:
                "model of \(name.title), from the top: \(names); each column has one z, seed \(options.seed)")
    }

    private static let mostClassRows = 20
}
