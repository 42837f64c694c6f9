extension Report {
    /// Training at one size on one number of threads.
    struct ScalingKeys: Codable {
        var axis: String
        var threads: Int
        var workers: Int
        var batch: Int
        var imageSize: Int
        var latentSize: Int
        var imagesPerSecond: Double
        var medianImagesPerSecond: Double
        var steps: Int
        var flopPerImage: Int
        var gflops: Double
        var secondsToFirstStep: Double

        init(_ point: ScalingSpeed.Point) {
            axis = point.axis.rawValue
            threads = point.threads
            workers = point.workers
            batch = point.batch
            imageSize = point.model.imageShape.height
            latentSize = point.model.latentSize
            imagesPerSecond = point.training.best
            medianImagesPerSecond = point.training.median
            steps = point.training.speeds.count
            flopPerImage = point.flop
            gflops = point.training.best * Double(point.flop) / 1e9
            secondsToFirstStep = point.firstStep
        }
    }

    /// A model at work on one number of threads.
    struct InferenceKeys: Codable {
        var task: String
        var threads: Int
        var images: Int
        var imagesPerSecond: Double
        var medianImagesPerSecond: Double
        var flopPerImage: Int
        var gflops: Double

        init(_ point: InferenceSpeed.Point) {
            task = point.task.rawValue
            threads = point.threads
            images = point.images
            imagesPerSecond = point.speeds.best
            medianImagesPerSecond = point.speeds.median
            flopPerImage = point.flop
            gflops = point.speeds.best * Double(point.flop) / 1e9
        }
    }

    /// A share of a peak, where it was measured on as many threads.
    private func share(_ gflops: Double, _ threads: Int, of peak: Double?) -> String {
        guard let peak, sgemm?.threads == threads else { return "" }
        return number(100 * gflops / peak, 1) + " %"
    }

    /// Two tables, one of training and one of inference; empty where there are none.
    var scalingText: String {
        var text = ""
        if let scaling {
            var table = Table(
                "training by", "threads", "batch", "image", "latents", "best img/s", "median",
                "µs/image", "MFLOP/image", "GFLOP/s", "of sgemm", "of FMA", "first step, ms")
            var axis = ""
            for row in scaling {
                table.add(
                    row.axis == axis ? "" : row.axis.replacing("_", with: " "), "\(row.threads)",
                    "\(row.batch)", "\(row.imageSize)×\(row.imageSize)", "\(row.latentSize)",
                    number(row.imagesPerSecond), number(row.medianImagesPerSecond),
                    number(1e6 / row.imagesPerSecond, 1), number(Double(row.flopPerImage) / 1e6, 1),
                    number(row.gflops, 1), share(row.gflops, row.threads, of: sgemm?.peakGflops),
                    share(row.gflops, row.threads, of: multiplyAdd?.peakGflops),
                    number(1000 * row.secondsToFirstStep, 1))
                axis = row.axis
            }
            text +=
                table.text + "\nRounds are single steps. The first step counts from making the trainer.\n\n"
        }
        if let inference {
            var table = Table(
                "inference", "threads", "images", "best img/s", "median", "MFLOP/image", "GFLOP/s",
                "of sgemm", "of FMA")
            for row in inference {
                table.add(
                    row.task, "\(row.threads)", number(Double(row.images)), number(row.imagesPerSecond),
                    number(row.medianImagesPerSecond), number(Double(row.flopPerImage) / 1e6, 1),
                    number(row.gflops, 1), share(row.gflops, row.threads, of: sgemm?.peakGflops),
                    share(row.gflops, row.threads, of: multiplyAdd?.peakGflops))
            }
            text += table.text + "\n"
        }
        return text
    }
}
