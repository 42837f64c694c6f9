/// Five to nine as people write them; see `Pen.write`.
extension Pen {
    /// A neck, a bowl and a bar: in two strokes, in one with corners, or swung like an S.
    mutating func five() {
        let style = random.uniform()
        let waist = vary(0.4, 0.035)
        let neck = vary(0.13, 0.03)
        let roof = vary(0.03, 0.02)
        if style < 0.5 {
            start(neck + 0.03, roof)
            corner(neck, waist)
        } else if style < 0.8 {
            start(vary(0.64, 0.08), vary(-0.01, 0.03))
            corner(neck + 0.05, roof)
            corner(neck, waist)
        } else {
            start(vary(0.6, 0.06), vary(0.02, 0.03))
            through(0.32, vary(0.03, 0.02))
            through(neck, 0.2)
            through(0.22, waist)
        }
        let right = vary(0.55, 0.045)
        through(0.36, waist + vary(0, 0.025))
        through(right, vary(0.64, 0.03))
        through(right - 0.13, 0.91)
        through(vary(0.2, 0.03), 1)
        corner(vary(0, 0.03), vary(0.9, 0.04))
        if style < 0.5 {
            start(neck + vary(0.03, 0.025), roof + vary(0.01, 0.015))
            corner(vary(0.64, 0.1), vary(-0.01, 0.035))
        }
    }

    /// A stem, straight or swung, that ends in a closed bowl.
    mutating func six() {
        let swing = vary(0.08, 0.05)
        let top = vary(0.55, 0.04)
        let right = vary(0.52, 0.045)
        start(vary(0.42, 0.07), 0)
        through(0.24 - swing * 0.7, vary(0.25, 0.02))
        through(0.08 - swing * 0.3, 0.56)
        through(vary(0.06, 0.025), 0.78)
        through(vary(0.24, 0.03), 1)
        through(right - 0.06, 0.91)
        through(right, vary(0.73, 0.03))
        through(right - 0.14, top)
        through(vary(0.2, 0.025), top + vary(0.08, 0.025))
        corner(vary(0.1, 0.03), vary(0.82, 0.04))
    }

    /// A bar and a leg, round or sharp where they meet; perhaps a serif, perhaps a cross-bar.
    mutating func seven() {
        let right = vary(0.56, 0.04)
        let foot = vary(0.24, 0.07)
        let style = random.uniform()
        if style < 0.16 {
            start(vary(0.02, 0.02), vary(0.18, 0.03))
            corner(vary(0.03, 0.02), vary(0.05, 0.015))
        } else {
            start(vary(0, 0.03), vary(0.06, 0.035))
        }
        if random.chance(0.35) {
            through(0.16, vary(0.02, 0.015))
            through(0.38, vary(0.05, 0.02))
        } else {
            through(0.3, vary(0.03, 0.015))
        }
        if random.chance(0.3) { through(right, vary(0.06, 0.02)) } else { corner(right, vary(0.02, 0.02)) }
        let bend = vary(0.02, 0.035)
        let bar = vary(0.5, 0.04)
        through(foot + (right - foot) * 0.45 + bend, 0.5)
        corner(foot, 1)
        if random.chance(0.14) {
            let middle = foot + (right - foot) * (1 - bar) + bend
            start(middle - vary(0.19, 0.03), bar + vary(0.02, 0.02))
            corner(middle + vary(0.18, 0.03), bar - vary(0.01, 0.02))
        }
    }

    /// An S that turns back to its start, or a ring on a ring.
    mutating func eight() {
        let waist = vary(0.46, 0.03)
        let upper = vary(0.2, 0.03)
        let lower = vary(0.25, 0.035)
        if random.chance(0.2) {
            arc(
                centre: (0.3, waist / 2), radii: (upper, waist / 2), from: 0.2, to: 1.2 + vary(0.02, 0.03),
                knots: 7)
            let gap = vary(0.02, 0.02)
            arc(
                centre: (0.3 + vary(0, 0.02), (1 + waist - gap) / 2), radii: (lower, (1 - waist + gap) / 2),
                from: -0.25, to: 0.75 + vary(0.02, 0.03), knots: 7)
            return
        }
        start(0.3 + upper * vary(0.9, 0.12), vary(0.13, 0.04))
        through(vary(0.32, 0.02), 0)
        through(0.3 - upper, waist * 0.45)
        through(0.28, waist - 0.02)
        through(0.3 + lower * 0.92, waist + 0.24)
        through(0.3 + lower * 0.35, 0.97)
        through(0.3 - lower * 0.6, 0.95)
        through(0.3 - lower, 0.76)
        through(vary(0.27, 0.03), waist + 0.05)
        through(0.3 + upper * 0.75, waist * 0.6)
        corner(0.3 + upper * vary(0.98, 0.15), vary(0.08, 0.05))
    }

    /// A ring and a tail, straight or curled to the left.
    mutating func nine() {
        let right = vary(0.52, 0.035)
        let bottom = vary(0.46, 0.04)
        start(right - vary(0.02, 0.03), vary(0.13, 0.04))
        through(vary(0.3, 0.03), 0)
        through(vary(0.06, 0.035), bottom * 0.55)
        through(vary(0.18, 0.03), bottom)
        through(right - 0.14, bottom * 0.85)
        let style = random.uniform()
        if style < 0.45 {
            corner(right, vary(0.12, 0.04))
            through(right - vary(0.03, 0.025), 0.55)
            corner(right - vary(0.08, 0.07), 1)
        } else if style < 0.75 {
            through(right, vary(0.2, 0.03))
            through(right - 0.01, 0.55)
            through(right - vary(0.08, 0.03), 0.85)
            corner(right - vary(0.18, 0.05), 1)
        } else {
            corner(right, vary(0.12, 0.04))
            through(right + vary(0.01, 0.02), 0.6)
            through(right - vary(0.08, 0.03), 0.9)
            through(vary(0.27, 0.03), 1)
            corner(vary(0.08, 0.05), vary(0.9, 0.04))
        }
    }
}
