import CTiles

/// The loop of multiply-adds in registers alone that is the fastest a core can do: no product of matrices goes beyond it.
package enum MultiplyAdds {
    /// The instruction set of the loop, the widest that this processor has, such as "AVX-512".
    package static var instructionSet: String { String(cString: vae_widest_multiply_adds().pointee.name) }

    /// Operations in single precision of one step.
    package static var operationsPerStep: Int { vae_widest_multiply_adds().pointee.operations }

    /// Does so many steps on the calling thread.
    /// - Returns: a number that all of them went into, close to what the loop tends to
    @discardableResult
    package static func run(steps: Int) -> Float { vae_widest_multiply_adds().pointee.run(steps, 1) }
}
