import Testing
import VAECore

@testable import VAEEvaluation

@Suite("Classes in a space") struct ClassifierTests {
    @Test func nearestNeighboursAsScikitLearn() throws {
        let golden = try StatisticsGolden.load()
        let (train, test) = (
            try StatisticsGolden.blobs(400, state: 1), try StatisticsGolden.blobs(200, state: 2)
        )
        let search = try NearestNeighbours(fittedTo: train, neighbours: 10)
        #expect(try search.predict(test).map(Double.init) == golden["neighbours.predicted"])
        let classification = try search.classification(of: test)
        #expect(classification.accuracy.mean == 192.0 / 200)
        #expect(classification.confusion.flatMap(\.self).reduce(0, +) == 200)
        for threads in [2, 3, 8] {
            #expect(try search.classification(of: test, threads: threads) == classification)
        }
    }

    /// One coordinate; every rule of ties decides a point.
    @Test func tiesAreBrokenByRule() throws {
        let train = try Points([0, 2, 3, 9, 10, 11], size: 1, labels: [7, 4, 4, 1, 1, 1])
        // Two votes for each class: that of the nearest voter wins, be it the higher label.
        let two = try Points([-1, -1, 4, 4], size: 1, labels: [4, 4, 7, 7])
        #expect(
            try NearestNeighbours(fittedTo: two, neighbours: 4).predict(Points([0, 3], size: 1)) == [4, 7])
        // 1 is as far from 0 as from 2: the one that comes first.
        #expect(try NearestNeighbours(fittedTo: train, neighbours: 1).predict(Points([1], size: 1)) == [7])
        // With the second neighbour there is a tie, with the third class 4 has more votes.
        #expect(try NearestNeighbours(fittedTo: train, neighbours: 2).predict(Points([0.5], size: 1)) == [7])
        #expect(try NearestNeighbours(fittedTo: train, neighbours: 3).predict(Points([0.5], size: 1)) == [4])
        #expect(try NearestNeighbours(fittedTo: train, neighbours: 6).predict(Points([0], size: 1)) == [1])
    }

    @Test func leavingOneOut() throws {
        let points = try Points([0, 1, 10, 11, 0.4], size: 1, labels: [0, 0, 1, 1, 1])
        let found = try NearestNeighbours(fittedTo: points, neighbours: 1).leaveOneOut()
        // The stray point is wrong, and so are both its neighbours.
        #expect(found.confusion == [[0, 2], [1, 2]])
        #expect(found.accuracy.mean == 0.4 && found.classAccuracies == [0, 2.0 / 3])
    }

    @Test func aClassThatIsNotKnownCountsAsWrong() throws {
        let train = try Points([0, 1], size: 1, labels: [0, 1])
        let test = try Points([0, 1], size: 1, labels: [0, 9])
        let found = try NearestNeighbours(fittedTo: train, neighbours: 1).classification(of: test)
        #expect(found.classes == [0, 1, 9] && found.accuracy.mean == 0.5 && found.confusion[2] == [0, 1, 0])
    }

    @Test func discriminantAsScikitLearn() throws {
        let golden = try StatisticsGolden.load()
        let train = try StatisticsGolden.blobs(400, state: 1)
        let discriminant = try LinearDiscriminant(fittedTo: train)
        #expect(discriminant.shrinkage == 0)
        // Both sides are in Double and well conditioned, with sums of 400 terms: 1e-12 of the largest coefficient, 20.
        let coefficients = discriminant.weights.indices.map {
            discriminant.weights[$0] - discriminant.weights[$0 % 3]
        }
        #expect(difference(coefficients, golden["discriminant.coefficients"] ?? []) < 2e-11)
        let predicted = try discriminant.predict(StatisticsGolden.blobs(200, state: 2))
        // The narrowest decision has a margin of 0.04, printed by the script.
        #expect(predicted.map(Double.init) == golden["discriminant.predicted"])
        for threads in [2, 3] {
            #expect(try LinearDiscriminant(fittedTo: train, threads: threads).weights == discriminant.weights)
        }
    }

    /// By hand: classes at 0 and 4 with the same spread meet at 2, or further from the class that is more frequent.
    @Test func discriminantByHand() throws {
        let even = try Points([-1, 1, 3, 5], size: 1, labels: [3, 3, 8, 8])
        let probes = try Points([1.999, 2.001], size: 1)
        #expect(try LinearDiscriminant(fittedTo: even).predict(probes) == [3, 8])
        // Variance 6/4 within; ln(2) · 1.5/4 = 0.26 beyond the middle.
        let uneven = try Points([-1, 1, -1, 1, 3, 5], size: 1, labels: [3, 3, 3, 3, 8, 8])
        let around = try Points([2.25, 2.27], size: 1)
        #expect(try LinearDiscriminant(fittedTo: uneven).predict(around) == [3, 8])
    }

    /// A coordinate that repeats another, one that never moves, and one that is the class itself.
    @Test func singularSpacesAreShrunk() throws {
        var random = SplitMix(state: 1)
        var coordinates: [Float] = []
        for point in 0..<60 {
            let x = Float(random.signed()) + Float(point % 2)
            coordinates += [x, 2 * x, 5, 1e-4 * Float(point % 2)]
        }
        let labels = (0..<60).map { Int($0 % 2) }
        for axes in [[0, 1], [0, 2], [0, 3], [3]] {
            let chosen = (0..<60).flatMap { point in axes.map { coordinates[point * 4 + $0] } }
            let points = try Points(chosen, size: axes.count, labels: labels)
            let discriminant = try LinearDiscriminant(fittedTo: points)
            // A coordinate that never moves is left out; that alone makes nothing singular.
            #expect(discriminant.shrinkage == (axes == [0, 2] ? 0 : LinearDiscriminant.singularShrinkage))
            let accuracy = try discriminant.classification(of: points).accuracy.mean
            #expect(axes.contains(3) ? accuracy == 1 : accuracy > 0.7)
        }
    }

    @Test func whatHasNoClassesIsRefused() throws {
        let points = try Points([0, 1, 2, 3], size: 1, labels: [0, 0, 1, 1])
        let unlabelled = try Points([0, 1], size: 1)
        let single = try Points([0, 1], size: 1, labels: [4, 4])
        let same = try Points([2, 2, 2, 2], size: 1, labels: [0, 1, 0, 1])
        let plane = try Points([0, 1], size: 2, labels: [0])
        typealias Work = () throws(VAEError) -> Void
        let refused: [(VAEError.Kind, String, Work)] = [
            (
                .invalidArgument, "labels",
                { () throws(VAEError) in _ = try NearestNeighbours(fittedTo: unlabelled) }
            ),
            (
                .invalidArgument, "labels",
                { () throws(VAEError) in _ = try NearestNeighbours(fittedTo: single, neighbours: 1) }
            ),
            (
                .invalidArgument, "neighbours",
                { () throws(VAEError) in _ = try NearestNeighbours(fittedTo: points, neighbours: 5) }
            ),
            (
                .invalidArgument, "neighbours",
                { () throws(VAEError) in _ = try NearestNeighbours(fittedTo: points, neighbours: 0) }
            ),
            (
                .invalidArgument, "neighbours",
                { () throws(VAEError) in
                    _ = try NearestNeighbours(fittedTo: points, neighbours: 4).leaveOneOut()
                }
            ),
            (
                .invalidArgument, "points",
                { () throws(VAEError) in
                    _ = try NearestNeighbours(fittedTo: points, neighbours: 1).predict(plane)
                }
            ),
            (
                .invalidArgument, "threads",
                { () throws(VAEError) in
                    _ = try NearestNeighbours(fittedTo: points, neighbours: 1).predict(points, threads: 0)
                }
            ),
            (
                .invalidArgument, "labels",
                { () throws(VAEError) in
                    _ = try NearestNeighbours(fittedTo: points, neighbours: 1).classification(of: unlabelled)
                }
            ),
            (
                .invalidArgument, "labels",
                { () throws(VAEError) in _ = try LinearDiscriminant(fittedTo: unlabelled) }
            ),
            (
                .invalidArgument, "labels",
                { () throws(VAEError) in _ = try LinearDiscriminant(fittedTo: single) }
            ),
            (.invalidData, "points", { () throws(VAEError) in _ = try LinearDiscriminant(fittedTo: same) }),
            (
                .invalidArgument, "points",
                { () throws(VAEError) in
                    _ = try LinearDiscriminant(fittedTo: Points([0, 1], size: 1, labels: [0, 1]))
                }
            ),
            (
                .invalidArgument, "points",
                { () throws(VAEError) in _ = try LinearDiscriminant(fittedTo: points).predict(plane) }
            ),
            (.invalidArgument, "labels", { () throws(VAEError) in _ = try Silhouette(of: unlabelled) }),
            (.invalidArgument, "labels", { () throws(VAEError) in _ = try Silhouette(of: single) }),
            (
                .invalidArgument, "predicted classes",
                { () throws(VAEError) in _ = try Classification(predicted: [1], actual: [1, 2]) }
            ),
            (
                .invalidArgument, "predicted classes",
                { () throws(VAEError) in _ = try Classification(predicted: [], actual: []) }
            ),
        ]
        for (index, (kind, subject, work)) in refused.enumerated() {
            let found = failure(work)
            #expect(
                found?.kind == kind && found?.subject == subject,
                "case \(index): \(String(describing: found))")
        }
    }

    @Test func pointsAreChecked() throws {
        #expect(failure { () throws(VAEError) in _ = try Points([], size: 2) }?.kind == .invalidArgument)
        #expect(
            failure { () throws(VAEError) in _ = try Points([1, 2, 3], size: 2) }?.kind == .invalidArgument)
        #expect(failure { () throws(VAEError) in _ = try Points([1], size: 0) }?.kind == .invalidArgument)
        let labels = failure { () throws(VAEError) in _ = try Points([1, 2], size: 1, labels: [0]) }
        #expect(labels?.expected == "2 labels" && labels?.found == "1")
        for bad in [Float.nan, .infinity, -.infinity] {
            let found = failure { () throws(VAEError) in
                _ = try Points([1, 2, 3, bad], size: 2, name: "latents")
            }
            #expect(found?.kind == .invalidData && found?.found?.hasSuffix("coordinate 1 of point 1") == true)
        }
    }
}
