"""Ctrl-C during a training, in a process of its own."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np

import vae
from support import ScratchCase, squares

PROGRAM = """
import sys
import vae
from support import squares
model = vae.VAE(epochs=int(sys.argv[2]), run=sys.argv[1], verbose=True)
try:
    model.fit(squares(2000))
except KeyboardInterrupt:
    print("interrupted with", model.n_epochs_, model.transform(squares(3)).shape, flush=True)
    raise
"""


def default_interrupt() -> None:
    """SIGINT as a terminal's programs have it, also where the tests run in a shell's background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Interrupt(ScratchCase):
    """The tool is interrupted once, and what it saved stays."""

    def test_what_was_trained_stays(self) -> None:
        """The estimator is fitted as far as it came, the run can be resumed, and no child is left."""
        run = self.scratch / "run"
        process = subprocess.Popen(
            [sys.executable, "-u", "-c", PROGRAM, run, "100000"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parent,
            start_new_session=True,
            preexec_fn=default_interrupt,
        )
        self.addCleanup(lambda: [os.kill(user, signal.SIGKILL) for user in self.users(run)])
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("epoch") and " 2/" in line:
                # To the whole group, as a terminal sends it. The tool is in one of its own: twice would end it at once.
                tools = [tool for tool in self.users(run) if tool != process.pid]
                self.assertEqual((len(tools), [os.getpgid(tool) for tool in tools]), (1, tools))
                os.killpg(process.pid, signal.SIGINT)
                break
        output, errors = process.communicate(timeout=60)
        self.assertIn("KeyboardInterrupt", errors)
        self.assertIn("go on with: vae-train --resume", output)
        finished = vae.VAE.load(run).n_epochs_
        self.assertIn(f"interrupted with {finished} (3, 2)", output)
        self.assertEqual(self.users(run), [])
        with self.assertRaises(subprocess.TimeoutExpired):
            subprocess.run([vae.program(), "train", "--resume", run, "--quiet", "--data", self.images()], timeout=2)
        self.assertGreater(vae.VAE.load(run).n_epochs_, finished)

    def users(self, run: Path) -> list[int]:
        """The processes whose arguments name the run."""
        found = []
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if str(run).encode() in entry.read_bytes():
                    found.append(int(entry.parent.name))
            except OSError:
                continue
        return found

    def images(self) -> Path:
        """The run's images, for who goes on with it."""
        np.save(self.scratch / "images.npy", squares(2000))
        return self.scratch / "images.npy"
