/// The mathematics of the engine as plain loops: the specification in code, and the slow twin of every kernel.
package enum Reference {}
