import Testing
import VAECore
import VAEEvaluation

@Suite("All measures of separation") struct LatentSeparationTests {
    @Test func isWhatItsPartsAre() throws {
        let (train, test) = (
            try StatisticsGolden.blobs(400, state: 1), try StatisticsGolden.blobs(200, state: 2)
        )
        let found = try LatentSeparation(train: train, test: test, threads: 1)
        #expect(found.classes == 4 && found.neighbours == 10 && found.linearShrinkage == 0)
        let voted = try NearestNeighbours(fittedTo: train).classification(of: test)
        let linear = try LinearDiscriminant(fittedTo: train).classification(of: test)
        #expect(found.nearestNeighboursAccuracy == voted.accuracy && found.linearAccuracy == linear.accuracy)
        #expect(try found.silhouette == Silhouette(of: test).mean)
        let mixture = try GaussianMixture(fittedTo: train, components: 4)
        #expect(found.mixture.components == 4 && found.mixture.iterations == mixture.fit.iterations)
        #expect(try found.mixture.test == mixture.logLikelihood(of: test))
        #expect(found.mixture.train == mixture.fit.history.last)
        // Clusters describe them better than one Gaussian, which is better than the prior.
        #expect(found.mixture.test.mean > found.mixture.singleGaussian.mean)
        #expect(found.mixture.singleGaussian.mean > found.mixture.prior.mean)
        #expect(try LatentSeparation(train: train, test: test, threads: 3) == found)
    }

    @Test func optionsAreFollowed() throws {
        let (train, test) = (
            try StatisticsGolden.blobs(80, state: 1), try StatisticsGolden.blobs(40, state: 2)
        )
        let options = LatentSeparation.Options(
            neighbours: 3, components: 2, mixture: GaussianMixture.Options(maximumIterations: 1))
        let found = try LatentSeparation(train: train, test: test, options: options)
        #expect(found.neighbours == 3 && found.mixture.components == 2)
        #expect(found.mixture.iterations == 1 && !found.mixture.converged)
    }

    @Test func otherSpacesAreRefused() throws {
        let train = try StatisticsGolden.blobs(40, state: 1)
        let test = try Points([1, 2], size: 2, labels: [0])
        let found = failure { () throws(VAEError) in _ = try LatentSeparation(train: train, test: test) }
        #expect(found?.subject == "test codes" && found?.kind == .invalidArgument)
    }
}
