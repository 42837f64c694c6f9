import Testing
import VAECore
import VAEEvaluation

@Suite("Silhouettes") struct SilhouetteTests {
    @Test func asScikitLearn() throws {
        let golden = try StatisticsGolden.load()
        let points = try StatisticsGolden.blobs(200, state: 2)
        let expected = try #require(golden["silhouette"])
        let values = try Silhouette.coefficients(of: points)
        // Both in Double, but there distances come from a product: 1e-16 of squares of up to 30 under a root, over means of 50.
        #expect(difference(values, expected) < 1e-12)
        let silhouette = try Silhouette(of: points)
        #expect(abs(silhouette.mean - expected.reduce(0, +) / 200) < 1e-12)
        for number in 0..<4 {
            let own = stride(from: number, to: 200, by: 4).map { expected[$0] }
            #expect(abs(silhouette.classMeans[number] - own.reduce(0, +) / 50) < 1e-12)
        }
        for threads in [1, 3, 8] { #expect(try Silhouette(of: points, threads: threads) == silhouette) }
    }

    /// Points 0, 1 | 4 | 10, 12: by hand.
    @Test func byHand() throws {
        let points = try Points([0, 1, 4, 10, 12], size: 1, labels: [2, 2, 5, 9, 9])
        let found = try Silhouette(of: points)
        // a = 1, b = 4 or 3; alone 0; a = 2, b = 6 or 8.
        let expected = [3.0 / 4, 2.0 / 3, 0, 4.0 / 6, 6.0 / 8]
        #expect(difference(try Silhouette.coefficients(of: points), expected) < 1e-15)
        #expect(found.classes == [2, 5, 9])
        #expect(difference(found.classMeans, [17.0 / 24, 0, 17.0 / 24]) < 1e-15)
    }

    /// Far from the origin single precision would have nothing left; all in one place there is no nearer and farther.
    @Test func hardCases() throws {
        let far = try Points([1e7, 1e7 + 1, 1e7 + 4, 1e7 + 10, 1e7 + 12], size: 1, labels: [2, 2, 5, 9, 9])
        #expect(
            difference(try Silhouette.coefficients(of: far), [3.0 / 4, 2.0 / 3, 0, 4.0 / 6, 6.0 / 8]) < 1e-15)
        #expect(try Silhouette(of: Points([3, 3, 3, 3], size: 1, labels: [0, 0, 1, 1])).mean == 0)
        // Each in the midst of the other class.
        let swapped = try Points([0, 10, 0.1, 10.1], size: 1, labels: [0, 0, 1, 1])
        #expect(try Silhouette(of: swapped).mean < -0.4)
    }
}
