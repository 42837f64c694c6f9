"""The functions beside the tools with the same flags."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy as np

import vae
from support import ScratchCase, sha256, squares, table, tool


class Commands(ScratchCase):
    """Training, and what uses a model."""

    def trained(self, name: str = "run", **flags: object) -> Path:
        """A run on squares."""
        return vae.train(squares(60), self.scratch / name, **{"epochs": 2, "latent_dim": 3, **flags})

    def test_same_bits_as_the_tool(self) -> None:
        """Images and tables, by flags of every kind."""
        np.save(self.scratch / "images.npy", squares(60))
        flags = ["--epochs", 2, "--latent-dim", 3, "--filters", "4,8", "--upsampling", "--seed", 7]
        tool(
            "train",
            "--data",
            self.scratch / "images.npy",
            "--out",
            self.scratch / "a",
            "--quiet",
            "--no-figures",
            *flags,
        )
        run = self.trained("b", filters=[4, 8], upsampling=True, seed=np.int64(7), threads=1, patience=None, film=False)
        self.assertEqual(sha256(run / "model.safetensors"), sha256(self.scratch / "a" / "model.safetensors"))
        self.assertNotEqual(sha256(run / "model.safetensors"), sha256(self.trained("c", seed=8) / "model.safetensors"))

        np.save(self.scratch / "table.npy", table(50))
        data = ["--data", self.scratch / "table.npy"]
        tool("train", *data, "--out", self.scratch / "d", "--quiet", "--no-figures", "--epochs", 1)
        run = vae.train(table(50), self.scratch / "e", epochs=1)
        self.assertEqual(sha256(run / "model.safetensors"), sha256(self.scratch / "d" / "model.safetensors"))

    def test_encode_is_that_of_the_tool(self) -> None:
        """Means and log-variances, bit by bit."""
        run = self.trained()
        np.save(self.scratch / "images.npy", squares(20))
        out = self.scratch / "z.npy"
        tool("encode", run, self.scratch / "images.npy", "--log-variance", "--out", out, "--quiet")
        mean, log_variance = vae.encode(run, squares(20), log_variance=True)
        np.testing.assert_array_equal(np.load(out), [mean, log_variance])
        np.testing.assert_array_equal(vae.encode(run, squares(20), threads=1), mean)
        self.assertEqual((mean.shape, mean.dtype), ((20, 3), np.float32))

    def test_decode_reconstruct_sample(self) -> None:
        """Shapes, and the same images by two ways."""
        run = self.trained()
        decoded = vae.decode(run, vae.encode(run, squares(20)))
        self.assertEqual((decoded.shape, decoded.dtype), ((20, 8, 8), np.float32))
        np.testing.assert_array_equal(vae.reconstruct(run, squares(20)), decoded)
        drawn = vae.sample(run, 5, seed=3)
        self.assertEqual(drawn.shape, (5, 8, 8))
        np.testing.assert_array_equal(vae.sample(run, 9, seed=3)[:5], drawn)
        self.assertFalse(np.array_equal(vae.sample(run, 5, seed=4), drawn))

    def test_colours_bytes_and_test_images(self) -> None:
        """Channels last, uint8, and a test set of one's own."""
        colours = squares(40, channels=3)
        whole = (colours * 255).astype(np.uint8)
        run = vae.train(whole, self.scratch / "run", test_images=whole[:7], epochs=1)
        about = vae.describe(run)
        self.assertEqual((about["data"]["train_images"], about["data"]["test_images"]), (40, 7))
        self.assertEqual(vae.sample(run, 2).shape, (2, 8, 8, 3))
        # Three rows, three channels: by their sizes alone either could be either.
        narrow = vae.train(colours[:, :3], self.scratch / "narrow", epochs=1)
        self.assertEqual(vae.sample(narrow, 2).shape, (2, 3, 8, 3))
        self.assertEqual(vae.encode(narrow, colours[:, :3]).shape, (40, 32))
        # 127/255 is not 0.5: the tool scales bytes by their type.
        np.testing.assert_array_equal(vae.encode(run, whole), vae.encode(run, whole / np.float32(255)))

    def test_rows_from_zero_to_one_are_a_table(self) -> None:
        """What the tool by itself takes for images one pixel high."""
        rows = np.random.default_rng(1).random((40, 5))
        run = vae.train(rows, self.scratch / "run", epochs=1)
        self.assertEqual(len(vae.describe(run)["table"]["columns"]), 5)
        self.assertEqual(vae.reconstruct(run, rows).shape, (40, 5))

    def test_conditional_models_and_codes(self) -> None:
        """Labels in training, encoding and sampling; codes as numbers."""
        labels = np.arange(60) % 2 + 4
        run = self.trained("conditional", labels=labels, conditional=True)
        self.assertEqual(vae.encode(run, squares(60), labels).shape, (60, 3))
        self.assertEqual(vae.decode(run, np.zeros((1, 3)), label=5).shape, (1, 8, 8))
        one = vae.sample(run, 6, label=4)
        self.assertFalse(np.array_equal(one, vae.sample(run, 6, label=[5])))
        codes = vae.train(squares(60), self.scratch / "codes", epochs=1, codes=8, filters=[4, 8])
        numbers = vae.encode(codes, squares(10))
        self.assertEqual(numbers.shape, (10, 4))
        np.testing.assert_array_equal(vae.decode(codes, numbers), vae.reconstruct(codes, squares(10)))

    def test_scores(self) -> None:
        """One number for each image, in their order; at z = μ the same wherever an image stands."""
        run = self.trained(epochs=30)
        images = squares(20)
        images[11] = 1 - images[11]
        scores = vae.score_samples(run, images)
        self.assertEqual(scores.argmin(), 11)
        np.testing.assert_array_equal(vae.score_samples(run, images[::-1]), scores[::-1])
        self.assertEqual(vae.score_samples(run, images, samples=20).argmin(), 11)

    def test_resumed_training_has_the_same_bits(self) -> None:
        """Two epochs and then three more, and five."""
        whole = self.trained("whole", epochs=5)
        part = self.trained("part")
        self.assertEqual(vae.resume(part, squares(60), epochs=5), part)
        self.assertEqual(sha256(part / "model.safetensors"), sha256(whole / "model.safetensors"))
        with self.refused("^part: is not the data set"):
            vae.resume(part, squares(61), epochs=6)

    def test_resumed_with_test_images_whatever_the_run_is_called(self) -> None:
        """Names that say something of files say nothing of runs."""
        for name in ["labels", "test", "y.gz", "mnist"]:
            run = vae.train(squares(40), self.scratch / name, epochs=1, test_images=squares(9))
            vae.resume(run, squares(40), test_images=squares(9), epochs=2)
            self.assertEqual(vae.describe(run)["training"]["epochs_finished"], 2)

    def test_errors_are_the_tools_words(self) -> None:
        """Wrong shapes, NaN, no run, flags out of range, and what functions say themselves."""
        run = self.trained()
        with self.refused("8×8", "8×4"):
            vae.encode(run, squares(5)[:, :, :4])
        bad = squares(5)
        bad[2, 1, 1] = np.nan
        with self.refused("nan"):
            vae.encode(run, bad)
        with self.refused("nowhere"):
            vae.encode(self.scratch / "nowhere", squares(5))
        with self.refused("learning"):
            self.trained("a", learning_rate=-1)
        with self.refused("--no-such-flag"):
            self.trained("b", no_such_flag=3)
        with self.refused("exists and is not empty", by=vae.ToolError):
            self.trained()
        with self.refused("range|brightness"):
            vae.train(squares(20) * 16, self.scratch / "c", epochs=1)
        with self.refused("dimensions|latent"):
            vae.decode(run, np.zeros((2, 4)))
        with self.refused("height, width", by=ValueError):
            vae.encode(run, np.zeros(8))
        with self.refused("two columns", by=ValueError):
            vae.encode(run, np.zeros((8, 1)))
        with self.refused("numbers", by=TypeError):
            vae.encode(run, np.array([["a", "b"]]))
        with self.refused("labels=", by=TypeError):
            self.trained("d", label_column="x")
        with self.refused("whole numbers", by=ValueError):
            self.trained("e", labels=np.zeros(60))
        with self.assertRaises(vae.InputError) as caught:
            self.trained("f", epochs=0)
        self.assertEqual(caught.exception.status, 64)
        self.assertNotIn("error:", str(caught.exception))

    def test_verbose_prints_what_the_tool_says(self) -> None:
        """And nothing without."""
        with mock.patch("builtins.print") as said:
            self.trained("quiet")
            self.assertEqual(said.call_count, 0)
            self.trained("loud", verbose=True)
        lines = [call.args[0] for call in said.call_args_list]
        self.assertTrue(any(line.startswith("epoch 2/2") for line in lines), lines)

    def test_missing_libraries_are_named_by_their_packages(self) -> None:
        """A program that can't be loaded, in the loader's words."""
        fake = self.scratch / "vae"
        fake.write_text(
            "#!/bin/sh\necho 'vae: error while loading shared libraries: libspng.so.0: cannot open' >&2\nexit 127\n"
        )
        fake.chmod(0o755)
        with (
            mock.patch("vae._tool.program", return_value=fake),
            self.refused("libspng.so.0", "apt-get install libspng0", by=vae.ToolError),
        ):
            vae.sample("run")


class Programs(unittest.TestCase):
    """The commands that the wheel puts on the PATH."""

    def test_commands(self) -> None:
        """Both names, and the module as a program."""
        folder = Path(sys.executable).parent
        for command, usage in [
            ([str(folder / "vae"), "--help"], "USAGE: vae <subcommand>"),
            ([str(folder / "vae-train"), "--help"], "USAGE: vae-train"),
            ([sys.executable, "-m", "vae", "--help"], "USAGE: vae <subcommand>"),
        ]:
            with self.subTest(command=command):
                said = subprocess.run(
                    command, check=True, capture_output=True, text=True, env={**os.environ, "COLUMNS": "80"}
                )
                self.assertIn(usage, said.stdout)
        version = subprocess.run([str(folder / "vae"), "--version"], check=True, capture_output=True, text=True).stdout
        self.assertEqual(version.strip(), vae.__version__)

    def test_a_missing_library(self) -> None:
        """The command names the package that has it."""
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(Path(vae.__file__).parent, Path(folder) / "vae")
            program = Path(folder) / "vae" / "bin" / "vae"
            program.write_bytes(program.read_bytes().replace(b"libspng.so.0\0", b"libspng.so.7\0"))
            said = subprocess.run(
                [sys.executable, "-m", "vae", "--version"], cwd=folder, capture_output=True, text=True
            )
        self.assertEqual(said.returncode, 127)
        self.assertIn("lacks libspng.so.7", said.stderr)
        self.assertIn("apt-get install libspng0 ", said.stderr)


if __name__ == "__main__":
    unittest.main()
