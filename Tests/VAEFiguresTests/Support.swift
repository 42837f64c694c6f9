import CCairo
import Foundation
import FoundationXML
import VAECore

@testable import VAEFigures

/// What an XML parser sees of a document.
final class XMLReading: NSObject, XMLParserDelegate {
    private(set) var elements: [String] = []
    private(set) var titles: [String] = []
    private(set) var isWellFormed = false
    private var isInTitle = false

    init(_ bytes: [UInt8]) {
        super.init()
        let parser = XMLParser(data: Data(bytes))
        parser.delegate = self
        isWellFormed = parser.parse()
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        elements.append(name)
        isInTitle = name == "title"
        if isInTitle { titles.append("") }
    }

    func parser(
        _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) { isInTitle = false }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        if isInTitle { titles[titles.count - 1] += string }
    }
}

/// Width, height and colour type that a PNG's first chunk states, or nil when the bytes are no PNG.
func header(ofPNG bytes: [UInt8]) -> (width: Int, height: Int, colourType: UInt8)? {
    guard bytes.count > 33, Array(bytes[..<8]) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A],
        Array(bytes[12..<16]) == Array("IHDR".utf8)
    else { return nil }
    func number(_ at: Int) -> Int { bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
    return (number(16), number(20), bytes[25])
}

extension Raster {
    /// How many pixels have exactly this colour within a rectangle.
    /// - Parameter tolerance: by which each channel may differ
    func count(of colour: Colour, in rect: Rect? = nil, within tolerance: Int = 0) -> Int {
        func isNear(_ other: Colour) -> Bool {
            [\Colour.red, \.green, \.blue].allSatisfy { channel in
                abs(Int(other[keyPath: channel]) - Int(colour[keyPath: channel])) <= tolerance
            }
        }
        let rect = rect ?? Rect(x: 0, y: 0, width: Double(width), height: Double(height))
        var count = 0
        for y in max(0, Int(rect.minY))..<min(height, Int(rect.maxY)) {
            for x in max(0, Int(rect.minX))..<min(width, Int(rect.maxX))
            where isNear(self.colour(x: x, y: y)) {
                count += 1
            }
        }
        return count
    }

    /// How many pixels are not white within a rectangle.
    func inked(in rect: Rect) -> Int { Int(rect.width) * Int(rect.height) - count(of: .white, in: rect) }
}

/// Repeatable numbers in 0..<1.
struct Numbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> Float {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Float(state >> 40) / Float(1 << 24)
    }
}

/// Classes in a row, `spacing` apart on x from 0 on, each as wide and high as `spread`.
func clusters(_ count: Int, classes: Int, spacing: Float = 3, spread: Float = 1) -> ([SIMD2<Float>], [Int]) {
    var numbers = Numbers(seed: 7)
    var points: [SIMD2<Float>] = []
    var labels: [Int] = []
    for index in 0..<count {
        let label = index % classes
        labels.append(Int(label))
        points.append(
            SIMD2(
                Float(label) * spacing + (numbers.next() - 0.5) * spread, (numbers.next() - 0.5) * spread))
    }
    return (points, labels)
}

/// The error that an expression throws, or nil.
func failure<T>(_ body: () throws(VAEError) -> T) -> VAEError? {
    do {
        _ = try body()
        return nil
    } catch { return error }
}

/// The pixels of a PNG as cairo reads them back.
func decoded(_ png: [UInt8]) -> [Colour] {
    var rest = png[...]
    return withUnsafeMutablePointer(to: &rest) { rest in
        let surface = cairo_image_surface_create_from_png_stream(
            { closure, data, length in
                let rest = closure!.assumingMemoryBound(to: ArraySlice<UInt8>.self)
                guard rest.pointee.count >= Int(length) else { return CAIRO_STATUS_READ_ERROR }
                for index in 0..<Int(length) { data![index] = rest.pointee.removeFirst() }
                return CAIRO_STATUS_SUCCESS
            }, rest)
        defer { cairo_surface_destroy(surface) }
        guard let data = cairo_image_surface_get_data(surface) else { return [] }
        let stride = Int(cairo_image_surface_get_stride(surface))
        let isGrey = cairo_image_surface_get_format(surface) == CAIRO_FORMAT_A8
        var colours: [Colour] = []
        for y in 0..<Int(cairo_image_surface_get_height(surface)) {
            for x in 0..<Int(cairo_image_surface_get_width(surface)) {
                if isGrey {
                    let grey = data[y * stride + x]
                    colours.append(Colour(red: grey, green: grey, blue: grey))
                } else {
                    let at = y * stride + 4 * x
                    colours.append(Colour(red: data[at + 2], green: data[at + 1], blue: data[at]))
                }
            }
        }
        return colours
    }
}

/// The texts of a figure as they are drawn, and where.
/// - Parameter family: the font's
func textEntries(of figure: some Figure, family: String = "sans-serif") throws -> [TextLog.Entry] {
    let log = TextLog()
    let canvas = try Canvas(.png, size: figure.size, family: family, log: log)
    figure.draw(on: canvas)
    _ = try canvas.pixels()
    return log.entries
}
