import Foundation
import VAECore

/// A report's HTML: the template of `Page/page.html` with style, scripts and data put in their places.
struct Page {
    private let report: Report

    init(_ report: Report) { self.report = report }

    func bytes() throws(VAEError) -> [UInt8] {
        let data = try ReportData(report)
        let style = PackageResources.style_css
        let script = Self.script
        let policy = Self.policy(style: style, script: script)
        var bytes: [UInt8] = []
        for part in Template.parts(of: PackageResources.page_html) {
            switch part {
            case .text(let text): bytes += text
            case .place("explorer"):
                bytes +=
                    report.model.configuration.isQuantized
                    ? PackageResources.codes_html : PackageResources.latents_html
            case .place("shown"):
                bytes += Array((report.model.configuration.isQuantized ? "in codes" : "in latent space").utf8)
            case .place("first"):
                bytes += Array((report.model.configuration.isQuantized ? "code-grid" : "plane").utf8)
            case .place("title"): bytes += Array(report.title.escapedForHTML.utf8)
            case .place("policy"): bytes += Array(policy.utf8)
            case .place("style"): bytes += style
            case .place("script"): bytes += script
            case .place("data"): bytes += try data.json()
            case .place("arrays"): bytes += data.arrayElements()
            case .place(let name): preconditionFailure("page.html names \(name)")
            }
        }
        return bytes
    }

    /// All scripts in one block of their own, in the order in which they use one another.
    private static let script: [UInt8] = {
        let sources = [
            PackageResources.data_js, PackageResources.layers_js, PackageResources.kinds_js,
            PackageResources.network_js,
            PackageResources.dom_js, PackageResources.axes_js, PackageResources.losses_js,
            PackageResources.pictures_js, PackageResources.theme_js,
            PackageResources.marks_js,
            PackageResources.prior_js, PackageResources.codes_js, PackageResources.codeprior_js,
            PackageResources.latents_js, PackageResources.scatter_js,
            PackageResources.overlay_js,
            PackageResources.explorer_js, PackageResources.detail_js, PackageResources.journey_js,
            PackageResources.sliders_js, PackageResources.condition_js, PackageResources.preparing_js,
            PackageResources.outcome_js,
            PackageResources.codebook_js, PackageResources.codeeditor_js,
            PackageResources.framing_js, PackageResources.trial_js, PackageResources.pad_js,
            PackageResources.drop_js,
            PackageResources.grids_js, PackageResources.curves_js, PackageResources.tables_js,
            PackageResources.evaluation_js, PackageResources.loading_js, PackageResources.latentpage_js,
            PackageResources.codepage_js, PackageResources.main_js,
        ]
        return PageParts.script(sources)
    }()

    /// Nothing may be fetched, and nothing may run but the one script and the one style sheet of the template. Even if
    /// text of a data set broke out of its place, it could not do a thing.
    private static func policy(style: [UInt8], script: [UInt8]) -> String {
        PageParts.policy(style: style, script: script, images: "data: blob:")
    }
}

/// `page.html` cut at its places, which are written `{{name}}`.
package enum Template {
    package enum Part: Equatable {
        case text([UInt8])
        case place(String)
    }

    /// Cut once: what is put in a place is never searched for places, whatever it holds.
    package static func parts(of template: [UInt8]) -> [Part] {
        var parts: [Part] = []
        var rest = template[...]
        while let open = rest.firstRange(of: Array("{{".utf8)),
            let close = rest[open.upperBound...].firstRange(of: Array("}}".utf8))
        {
            parts.append(.text(Array(rest[..<open.lowerBound])))
            parts.append(.place(String(decoding: rest[open.upperBound..<close.lowerBound], as: UTF8.self)))
            rest = rest[close.upperBound...]
        }
        parts.append(.text(Array(rest)))
        return parts
    }
}

extension String {
    /// The same text where HTML expects text or a quoted attribute.
    package var escapedForHTML: String {
        var result = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            // Not allowed in HTML, not even as a reference.
            case "\0": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension [UInt8] {
    /// The same JSON with every character escaped that could end the script element around it or begin a comment.
    package var escapedForScript: [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(count)
        var index = 0
        while index < count {
            switch self[index] {
            case UInt8(ascii: "<"): result += "\\u003c".utf8
            case UInt8(ascii: ">"): result += "\\u003e".utf8
            case UInt8(ascii: "&"): result += "\\u0026".utf8
            // U+2028 and U+2029, line ends to JavaScript, are E2 80 A8 and E2 80 A9.
            case 0xE2 where index + 2 < count && self[index + 1] == 0x80 && self[index + 2] & 0xFE == 0xA8:
                result += (self[index + 2] == 0xA8 ? "\\u2028" : "\\u2029").utf8
                index += 2
            case let byte: result.append(byte)
            }
            index += 1
        }
        return result
    }
}
