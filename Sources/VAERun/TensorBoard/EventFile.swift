import Foundation
import VAECore

/// A file of events as TensorBoard reads them: numbers and pictures of a training, each with its step.
///
/// A record is its length, the length's checksum, the event and its checksum. What a crash tears off at the end costs the last event.
///
/// Source: the messages Event and Summary and the record format, as TensorBoard's `event.proto`, `summary.proto` and `record_writer` have them.
final class EventFile {
    private let file: RecordFile

    /// Makes a file of events in a folder, beside those that are there.
    /// - Throws: `cannotCreate` when it can't be made.
    init(in folder: String) throws(VAEError) {
        let seconds = Int(Date().timeIntervalSince1970)
        let process = ProcessInfo.processInfo.processIdentifier
        var number = 0
        var name: String { "\(Self.prefix)\(seconds).vae.\(process).\(number)" }
        while Folder.holds(name, folder) { number += 1 }
        file = try RecordFile(RunFolder.join(folder, name))
        var version = Self.event(step: 0)
        version.add(3, "brain.Event:2")
        try append(version)
    }

    /// How the names of such files begin.
    static let prefix = "events.out.tfevents."

    /// Adds numbers of a step. One that is not finite is written as it is.
    /// - Throws: `inputOutput` when they can't be written.
    func add(_ numbers: [(tag: String, value: Double)], step: Int) throws(VAEError) {
        var summary = ProtobufMessage()
        for (tag, value) in numbers {
            var entry = ProtobufMessage()
            entry.add(1, tag)
            entry.add(2, Float(value))
            summary.add(1, entry)
        }
        var event = Self.event(step: step)
        event.add(5, summary)
        try append(event)
    }

    /// Adds a picture of a step.
    /// - Parameter png: its file, of so many pixels
    /// - Throws: `inputOutput` when it can't be written.
    func add(_ tag: String, png: [UInt8], width: Int, height: Int, step: Int) throws(VAEError) {
        var image = ProtobufMessage()
        image.add(1, height)
        image.add(2, width)
        // Red, green and blue.
        image.add(3, 3)
        image.add(4, png)
        var entry = ProtobufMessage()
        entry.add(1, tag)
        entry.add(4, image)
        var summary = ProtobufMessage()
        summary.add(1, entry)
        var event = Self.event(step: step)
        event.add(5, summary)
        try append(event)
    }

    private static func event(step: Int) -> ProtobufMessage {
        var event = ProtobufMessage()
        event.add(1, Date().timeIntervalSince1970)
        event.add(2, step)
        return event
    }

    private func append(_ event: ProtobufMessage) throws(VAEError) {
        try file.append(Self.record(event.serialized()))
    }

    /// An event's bytes with length and checksums.
    static func record(_ event: [UInt8]) -> [UInt8] {
        func little(_ number: some FixedWidthInteger) -> [UInt8] {
            withUnsafeBytes(of: number.littleEndian, Array.init)
        }
        func masked(_ bytes: [UInt8]) -> [UInt8] {
            let sum = CRC32C.checksum(of: bytes)
            return little((sum >> 15 | sum << 17) &+ 0xA282_EAD8)
        }
        let length = little(UInt64(event.count))
        return length + masked(length) + event + masked(event)
    }
}
