/// Zero to four as people write them; see `Pen.write`.
extension Pen {
    /// An oval, anticlockwise from the top; the end may stop short, overlap, or curl inwards.
    mutating func zero() {
        let width = vary(0.32, 0.055)
        let from = vary(-0.22, 0.05)
        let past = vary(0.02, 0.05)
        let spread = vary(0, 0.03)
        let knots = 9
        for index in 0...knots {
            let part = Float(index) / Float(knots)
            let turns = from - (1 + past) * part
            // The radius drifts from start to end, so that the ends pass each other instead of meeting.
            let drift = 1 + spread * (part - 0.5)
            let x = 0.32 + width * drift * cosineOfTurns(turns)
            let y = 0.5 + 0.5 * drift * sineOfTurns(turns)
            if index == 0 { start(x, y) } else { through(x, y) }
        }
        if random.chance(0.18) { through(0.32 + vary(-0.04, 0.06), vary(0.16, 0.04)) }
    }

    /// A stroke; sometimes with a flag at the top, a base, or both.
    mutating func one() {
        let style = random.uniform()
        let lean = vary(0, 0.025)
        if style < 0.24 {
            start(0.3 - vary(0.2, 0.05), vary(0.22, 0.05))
            if random.chance(0.5) { through(0.3 - vary(0.1, 0.02), vary(0.13, 0.03)) }
            corner(0.3, 0)
        } else {
            start(0.3, 0)
        }
        through(0.3 + lean, vary(0.5, 0.08))
        corner(0.3, 1)
        let foot = last
        if style < 0.11 || style > 0.97 {
            start(foot.x - vary(0.22, 0.05), foot.y + vary(0.01, 0.015))
            corner(foot.x + vary(0.22, 0.05), foot.y + vary(0, 0.015))
        }
    }

    /// A hook, a diagonal and a base, which a loop may join; or three straight lines like a Z.
    mutating func two() {
        if random.chance(0.08) {
            start(vary(0.04, 0.03), vary(0.08, 0.03))
            through(0.3, vary(0.02, 0.015))
            corner(vary(0.54, 0.04), vary(0.05, 0.03))
            through(0.3, vary(0.52, 0.03))
            corner(vary(0.03, 0.03), vary(0.96, 0.02))
            corner(vary(0.66, 0.08), vary(0.96, 0.03))
            return
        }
        let looped = random.chance(0.42)
        let right = vary(0.58, 0.04)
        let shoulder = vary(0.24, 0.04)
        start(vary(0.06, 0.03), vary(0.22, 0.05))
        through(vary(0.17, 0.03), vary(0.07, 0.025))
        through(vary(0.36, 0.03), 0)
        through(right, shoulder)
        through(right - 0.09, shoulder + 0.25)
        if looped {
            let size = vary(0.1, 0.03)
            through(vary(0.3, 0.03), 0.76)
            through(0.14, 0.94)
            through(vary(0.02, 0.02), 0.92 - size * 0.4)
            through(0.12, 0.9 - size)
            through(0.3, 0.87)
            through(0.46, 0.96)
            corner(vary(0.7, 0.08), vary(0.91, 0.06))
        } else {
            through(vary(0.26, 0.03), 0.75)
            corner(vary(0.02, 0.03), vary(0.97, 0.02))
            through(0.32, vary(0.96, 0.02))
            corner(vary(0.68, 0.1), vary(0.96, 0.04))
        }
    }

    /// Two bowls that meet at a point or in a small loop; the top may be flat.
    mutating func three() {
        let waist = vary(0.46, 0.03)
        let notch = vary(0.26, 0.04)
        if random.chance(0.13) {
            start(vary(0.06, 0.03), vary(0.04, 0.02))
            corner(vary(0.53, 0.04), vary(0.02, 0.015))
            corner(notch, waist - 0.04)
        } else {
            let right = vary(0.5, 0.035)
            start(vary(0.05, 0.03), vary(0.14, 0.04))
            through(vary(0.25, 0.03), 0)
            through(right, vary(0.16, 0.02))
            through(right - 0.08, 0.34)
            if random.chance(0.3) {
                through(notch, waist)
                through(notch - 0.07, waist - 0.01)
                through(notch + 0.01, waist + 0.03)
            } else {
                corner(notch, waist)
            }
        }
        let right = vary(0.56, 0.04)
        through(notch + 0.19, waist + 0.05)
        through(right, vary(0.73, 0.03))
        through(right - 0.16, 0.95)
        through(vary(0.2, 0.03), 1)
        corner(vary(0.01, 0.03), vary(0.87, 0.05))
    }

    /// Open (an L or a cup, and a stem) or closed (a triangle and a stem), in two strokes or in one.
    mutating func four() {
        let style = random.uniform()
        let bar = vary(0.55, 0.05)
        let stem = vary(0.5, 0.04)
        if style < 0.5 {
            start(vary(0.14, 0.05), vary(0.06, 0.05))
            through(vary(0.07, 0.03), bar * 0.55)
            corner(vary(0.05, 0.03), bar)
            through(0.3, bar + vary(0.005, 0.015))
            corner(vary(0.65, 0.08), bar - vary(0.03, 0.04))
            start(stem + vary(0.03, 0.03), vary(0.06, 0.07))
            through(stem, 0.55)
        } else if style < 0.74 {
            start(vary(0.12, 0.04), vary(0.05, 0.05))
            through(vary(0.04, 0.025), bar * 0.6)
            through(vary(0.14, 0.03), bar)
            through(stem - 0.17, bar - 0.01)
            through(stem - 0.04, bar * 0.72)
            corner(stem + 0.04, vary(0.04, 0.04))
            through(stem, 0.55)
        } else {
            start(stem + vary(0, 0.02), vary(0, 0.02))
            through(vary(0.25, 0.03), bar * 0.5)
            corner(vary(0.02, 0.025), bar + vary(0.05, 0.02))
            through(0.3, bar + vary(0.05, 0.02))
            corner(vary(0.68, 0.06), bar + vary(0.03, 0.025))
            start(stem + vary(0.01, 0.02), random.chance(0.6) ? vary(0.02, 0.03) : vary(0.28, 0.06))
            through(stem - 0.01, 0.6)
        }
        corner(stem + vary(-0.04, 0.05), vary(1, 0.06))
    }
}
