import Foundation
import VAE
import VAEConsole
import VAECore

/// Since when the running epoch's images are counted, for their speed.
struct StepClock {
    private let start = ContinuousClock.now
    /// Images of the epoch that were done before.
    let imagesBefore: Int

    init(imagesBefore: Int) { self.imagesBefore = imagesBefore }

    func imagesPerSecond(_ step: StepReport) -> Double {
        Double(step.images - imagesBefore) / max((ContinuousClock.now - start) / .seconds(1), 1e-9)
    }
}

extension Console {
    /// The running epoch: a bar, speed, time left and the losses so far.
    /// - Parameter items: "images", or "rows" of a table
    func show(_ step: StepReport, epochs: Int, _ clock: StepClock, of items: String) {
        let done = Double(step.images) / Double(step.imagesPerEpoch)
        let speed = clock.imagesPerSecond(step)
        let left = Double(step.imagesPerEpoch - step.images) / max(speed, 1e-9)
        status(force: step.step == step.stepsPerEpoch) { columns in
            let tail = String(
                format: " %3.0f%%  %@ %@/s  %@ left  loss %@", done * 100, grouped(speed),
                items,
                Self.clock(left), step.running.equation)
            let head = "epoch \(step.epoch)/\(epochs) "
            let room = max(0, min(40, columns - head.count - tail.count - 3))
            let filled = Int(done * Double(room))
            return head
                + (room < 5
                    ? ""
                    : String(repeating: "━", count: filled) + String(repeating: "╌", count: room - filled))
                + tail
        }
    }

    /// One line of the table of epochs.
    /// - Parameter items: "images", or "rows" of a table
    func show(_ epoch: EpochReport, epochs: Int, of items: String) {
        let width = "\(epochs)".count
        var line = String(
            format: "epoch %\(width)d/%d  train %@", epoch.epoch, epochs, epoch.train.equation)
        if let test = epoch.test { line += "  " + bold("test") + " " + test.equation }
        result(
            line + String(format: "  %.1f s  %@ %@/s", epoch.seconds, grouped(epoch.imagesPerSecond), items))
    }

    private static func clock(_ seconds: Double) -> String {
        let whole = Int(min(seconds, 359_999))
        return whole < 3600
            ? String(format: "%d:%02d", whole / 60, whole % 60)
            : String(format: "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60)
    }
}
