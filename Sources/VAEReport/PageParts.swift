import Foundation
import VAECore

/// What pages of this package share: the look, and scripts that know nothing of a model.
package enum PageParts {
    package static var style: [UInt8] { PackageResources.style_css }
    /// New elements, numbers in words, ticks, and the choice between light and dark.
    package static var scripts: [[UInt8]] {
        [PackageResources.dom_js, PackageResources.axes_js, PackageResources.theme_js]
    }

    /// Scripts in one block of their own, in the order in which they use one another.
    package static func script(_ sources: [[UInt8]]) -> [UInt8] {
        Array("\n'use strict';\n{\n".utf8) + sources.joined(separator: Array("\n".utf8)) + Array("\n}\n".utf8)
    }

    /// A Content-Security-Policy under which nothing runs but one script and one style sheet.
    /// - Parameters:
    ///   - images: the sources of images
    ///   - more: directives of other kinds, such as what may be fetched; by default nothing
    package static func policy(
        style: [UInt8], script: [UInt8], images: String, more: [String] = []
    ) -> String {
        ([
            "default-src 'none'", "script-src '\(hash(script))'", "style-src '\(hash(style))'",
            "img-src \(images)", "base-uri 'none'", "form-action 'none'",
        ] + more + ["require-trusted-types-for 'script'"]).joined(separator: "; ")
    }

    /// A source as a Content-Security-Policy names it.
    private static func hash(_ source: [UInt8]) -> String {
        "sha256-" + Data(SHA256.digest(of: source).bytes).base64EncodedString()
    }
}
