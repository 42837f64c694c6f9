import Foundation
import VAECore
import VAEFigures
import VAEReport
import VAERun

/// The page of several runs: losses, a table, their pictures side by side.
enum OverviewPage {
    private static let style = PageParts.style + PackageResources.overview_css
    private static let script = PageParts.script(
        PageParts.scripts + [
            PackageResources.overview_curves_js, PackageResources.overview_tables_js,
            PackageResources.overview_pictures_js, PackageResources.overview_main_js,
        ])

    /// What a page that is served may do beside what one in a file may: ask for news, and show the pages of runs.
    private static let liveDirectives = ["connect-src 'self'", "frame-src 'self'"]

    /// - Throws: `invalidData` when the overview holds a number that is not finite.
    static func bytes(_ overview: Overview) throws(VAEError) -> [UInt8] {
        let json = try json(overview)
        let policy = PageParts.policy(
            style: style, script: script, images: overview.isLive ? "'self' data:" : "data:",
            more: overview.isLive ? liveDirectives : [])
        var bytes: [UInt8] = []
        for part in Template.parts(of: PackageResources.overview_html) {
            switch part {
            case .text(let text): bytes += text
            case .place("title"): bytes += Array(overview.title.escapedForHTML.utf8)
            case .place("policy"): bytes += Array(policy.utf8)
            case .place("style"): bytes += style
            case .place("script"): bytes += script
            case .place("data"): bytes += json.escapedForScript
            case .place(let name): preconditionFailure("overview.html names \(name)")
            }
        }
        return bytes
    }

    /// The document that a page in a file holds, and that one which is served asks for.
    static func json(_ overview: Overview) throws(VAEError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(overview))
        } catch {
            throw .json("overview", error)
        }
    }

    /// Places among the page's colours of so many groups, those first that are easiest to tell apart.
    static func colours(_ count: Int) -> [Int] {
        ClassLook.looks(forClasses: count).map { Palette.colours.firstIndex(of: $0.colour) ?? 0 }
    }
}

/// The page of a comparison in a file.
package enum ComparisonPage {
    package static let fileName = "comparison.html"
    /// Bytes of the largest picture that is taken into the page.
    private static let largestPicture = 16 << 20

    /// The page's bytes, with the pictures that lie in the folders of the runs.
    /// - Throws: `invalidData` when a number of it is not finite.
    package static func bytes(_ comparison: RunComparison) throws(VAEError) -> [UInt8] {
        try OverviewPage.bytes(
            Overview(comparison, isLive: false) { index in
                let run = comparison.runs[index]
                let pictures = PictureName.allCases.compactMap { name in
                    ServedFile.picture(name.fileName, of: run.path, limit: largestPicture).map {
                        Overview.Picture(
                            name: name.rawValue,
                            source: "data:image/png;base64," + Data($0).base64EncodedString())
                    }
                }
                return (RunFolderState.state(of: run), pictures, nil)
            })
    }

    /// Writes the page at `path`, whole or not at all.
    package static func write(_ comparison: RunComparison, to path: String) throws(VAEError) {
        try DurableFile.write(try bytes(comparison), to: path)
    }
}
