"""The estimator on images, rows of images and tables."""

import copy
import pickle
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np

import vae
from support import ScratchCase, sha256, squares, table, tool


class Estimator(ScratchCase):
    """What scikit-learn's own checks do not ask."""

    def test_images(self) -> None:
        """Shapes there and back, and the functions' numbers."""
        model = vae.VAE(latent_size=3, epochs=2).fit(squares(60))
        z = model.transform(squares(20))
        self.assertEqual((z.shape, z.dtype), ((20, 3), np.float32))
        np.testing.assert_array_equal(z, vae.encode(model.run_, squares(20)))
        back = model.inverse_transform(z)
        self.assertEqual(back.shape, (20, 8, 8))
        np.testing.assert_array_equal(back, model.reconstruct(squares(20)))
        self.assertEqual(model.sample(5).shape, (5, 8, 8))
        np.testing.assert_array_equal(model.sample(5), vae.sample(model.run_, 5))
        self.assertFalse(np.array_equal(model.sample(5), model.sample(5, random_state=1)))
        self.assertEqual((model.n_features_in_, model.image_shape_, model.n_epochs_), (64, (8, 8, 1), 2))
        self.assertEqual(len(model.history_["test_loss"]), 2)
        self.assertEqual(model.history_["test_loss"][-1], model.test_loss_)
        self.assertEqual(list(model.get_feature_names_out()), ["vae0", "vae1", "vae2"])
        self.assertEqual(model.score(squares(20)), model.score_samples(squares(20)).mean())
        with self.refused("expecting \\(8, 8\\)", by=ValueError):
            model.transform(squares(20).reshape(20, 4, 16))
        colours = vae.VAE(latent_size=3, epochs=1).fit(squares(40, channels=3))
        self.assertEqual(colours.sample(2).shape, (2, 8, 8, 3))

    def test_same_bits_as_the_function(self) -> None:
        """Parameters are the tool's flags, and random_state its seed."""
        model = vae.VAE(
            4, 2, hidden=[9], filters=[4, 8], batch_size=20, kl_weight=2, random_state=5, flags={"upsampling": True}
        )
        run = vae.train(
            squares(60), self.scratch / "run", latent_dim=4, epochs=2, hidden=[9], filters=[4, 8], batch_size=20,
            kl_weight=2, seed=5, upsampling=True,
        )  # fmt: skip
        self.assertEqual(sha256(model.fit(squares(60)).run_ / "model.safetensors"), sha256(run / "model.safetensors"))

    def test_random_states(self) -> None:
        """Numbers, generators and NumPy's own."""

        def drawn(state: object) -> int:
            return vae.VAE(epochs=1, random_state=state).fit(table(20)).seed_

        self.assertEqual(drawn(7), 7)
        self.assertEqual(drawn(np.random.RandomState(3)), drawn(np.random.RandomState(3)))
        self.assertEqual(drawn(np.random.default_rng(3)), drawn(np.random.default_rng(3)))
        self.assertNotEqual(drawn(None), drawn(None))

    def test_rows_of_images(self) -> None:
        """image_shape makes images of rows, and gives rows back."""
        rows = squares(60).reshape(60, -1)
        model = vae.VAE(epochs=1, image_shape=(8, 8)).fit(rows)
        whole = vae.VAE(epochs=1).fit(squares(60))
        self.assertEqual(sha256(model.run_ / "model.safetensors"), sha256(whole.run_ / "model.safetensors"))
        self.assertEqual(model.sample(3).shape, (3, 64))
        np.testing.assert_array_equal(model.transform(squares(60)), model.transform(rows))
        with self.refused("image_shape is \\(7, 9\\)", by=ValueError):
            vae.VAE(epochs=1, image_shape=(7, 9)).fit(rows)

    def test_tables(self) -> None:
        """Rows in their units, and values that the tool alone takes for images."""
        model = vae.VAE(epochs=100).fit(table(200))
        back = model.inverse_transform(model.transform(table(200)))
        self.assertEqual(back.shape, (200, 4))
        # Columns that follow from one are told by two numbers: better than by their means.
        self.assertLess(np.square(back - table(200))[:, 3].mean(), 0.1 * table(200)[:, 3].var())
        self.assertIsNone(model.image_shape_)
        unit = np.random.default_rng(0).random((30, 3))
        self.assertEqual(vae.VAE(epochs=1).fit(unit).sample(2).shape, (2, 3))

    def test_copies_keep_the_model(self) -> None:
        """Pickles and copies have it in a folder of their own, which goes with them."""
        model = vae.VAE(epochs=1).fit(squares(40))
        z = model.transform(squares(5))
        copies = [pickle.loads(pickle.dumps(model)), copy.deepcopy(model)]
        folder = model.run_
        del model
        self.assertFalse(folder.exists())
        for found in copies:
            np.testing.assert_array_equal(found.transform(squares(5)), z)
            self.assertTrue(found.run_.is_dir())
        folders = [found.run_ for found in copies]
        del found, copies
        self.assertFalse(any(folder.parent.exists() for folder in folders))

    def test_saved_and_loaded(self) -> None:
        """Run folders and model files, whoever made them."""
        model = vae.VAE(epochs=2, latent_size=3).fit(squares(40))
        path = model.save(self.scratch / "saved")
        with self.assertRaises(FileExistsError):
            model.save(path)
        for place in [path, path / "model.safetensors"]:
            found = vae.VAE.load(place)
            np.testing.assert_array_equal(found.transform(squares(5)), model.transform(squares(5)))
            np.testing.assert_array_equal(pickle.loads(pickle.dumps(found)).sample(2), model.sample(2))
        rows = vae.VAE.load(path, image_shape=(8, 8))
        self.assertEqual(rows.inverse_transform(rows.transform(squares(5).reshape(5, 64))).shape, (5, 64))
        loaded = vae.VAE.load(path)
        self.assertEqual((loaded.test_loss_, loaded.n_epochs_), (model.test_loss_, 2))
        of_table = vae.VAE.load(vae.VAE(epochs=1).fit(table(30)).save(self.scratch / "table"))
        self.assertEqual(of_table.sample(2).shape, (2, 4))
        (self.scratch / "named.csv").write_text("a,b\n" + "\n".join(f"{n * 3},{n % 5}" for n in range(30)))
        tool("train", "--data", self.scratch / "named.csv", "--epochs", 1, "--quiet", "--out", self.scratch / "named")
        self.assertEqual(list(vae.VAE.load(self.scratch / "named").feature_names_in_), ["a", "b"])
        del loaded
        self.assertTrue(path.is_dir())

    def test_named_run_folder(self) -> None:
        """It stays, with figures where they are wanted."""
        vae.VAE(epochs=1, run=self.scratch / "run", figures=True).fit(squares(40))
        self.assertTrue((self.scratch / "run" / "report.html").is_file())
        with self.refused("exists", by=vae.ToolError):
            vae.VAE(epochs=1, run=self.scratch / "run").fit(squares(40))

    def test_refusals(self) -> None:
        """Before and beside the tool's."""
        with self.refused("no model yet", by=ValueError):
            vae.VAE().transform(squares(5))
        for flags, words in [({"codes": 8}, "codes"), ({"epochs": 3}, "epochs"), ({"out": "x"}, "out")]:
            with self.refused(words, by=(ValueError, TypeError)):  # type: ignore[arg-type]
                vae.VAE(epochs=1, flags=flags).fit(squares(40))
        with self.refused("learning"):
            vae.VAE(learning_rate=-1, epochs=1).fit(squares(40))
        with self.refused("NaN", by=ValueError):
            vae.VAE(epochs=1).fit([[1, 2], [np.nan, 3], [4, 5]])

    def test_without_sklearn(self) -> None:
        """The same numbers where scikit-learn can't be imported, and imports that do without it where it can."""
        program = """
import sys
import vae
assert "numpy" not in sys.modules and vae.__version__ and "VAE" in dir(vae)
vae.train
assert "sklearn" not in sys.modules
if sys.argv[1] == "without": sys.modules["sklearn"] = None
import numpy as np
from support import table
model = vae.VAE(3, epochs=2)
z = model.fit_transform(table(30))
assert list(model.get_feature_names_out()) == ["vae0", "vae1", "vae2"] and "epochs=2" in repr(model)
assert model.set_params(epochs=3).get_params()["epochs"] == 3
for wrong in [table(5, columns=3), table(5)[0], [[1, 2, 3, np.inf]]]:
    try: model.transform(wrong)
    except ValueError as error: pass
    else: raise AssertionError(wrong)
print(z.tobytes().hex())
"""
        found = {
            subprocess.run(
                [sys.executable, "-c", program, how],
                check=True, capture_output=True, text=True, cwd=Path(__file__).parent,
            ).stdout
            for how in ("with", "without")
        }  # fmt: skip
        self.assertEqual(len(found), 1)


class Pipelines(ScratchCase):
    """Together with scikit-learn's own."""

    def test_before_a_classifier(self) -> None:
        """Digits of 8×8 in a pipeline, searched over."""
        from sklearn.datasets import load_digits
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import GridSearchCV
        from sklearn.pipeline import make_pipeline

        X, y = load_digits(return_X_y=True)
        pipeline = make_pipeline(
            vae.VAE(8, 60, hidden=[128], filters=(), batch_size=32, image_shape=(8, 8)),
            LogisticRegression(max_iter=1000),
        )
        search = GridSearchCV(pipeline, {"vae__latent_size": [2, 8]}, cv=2, error_score="raise")
        search.fit(X[:600] / 16, y[:600])
        self.assertEqual(search.best_params_, {"vae__latent_size": 8})
        self.assertGreater(search.score(X[600:] / 16, y[600:]), 0.8)

    def test_frames(self) -> None:
        """Names of columns are kept, and others are refused."""
        try:
            import pandas
        except ImportError:
            self.skipTest("there is no pandas")
        frame = pandas.DataFrame(table(30), columns=list("abcd"))
        model = vae.VAE(epochs=1).set_output(transform="pandas").fit(frame)
        self.assertEqual(list(model.feature_names_in_), list("abcd"))
        self.assertEqual(list(model.transform(frame).columns), ["vae0", "vae1"])
        with self.assertRaises(ValueError), warnings.catch_warnings():
            model.transform(frame[list("dcba")])
