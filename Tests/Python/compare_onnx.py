"""Runs ONNX files in onnxruntime and compares with what the engine gives.

    python compare_onnx.py FOLDER TOLERANCE

FOLDER holds NAME.onnx, and beside it NAME.BATCH.safetensors with the tensors "input.X" and "output.Y" for every input X and output Y of
the graph. Numbers may differ by TOLERANCE of max(1, |x|), whole numbers not at all. Prints a line for each file, and ends with status 1
where one differs.
"""

import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
from safetensors.numpy import load_file


def largest_difference(found, expected):
    """The largest |found - expected| / max(1, |expected|); infinite for other shapes, types, and what is not finite."""
    if found.shape != expected.shape or found.dtype != expected.dtype or not np.all(np.isfinite(found)):
        return np.inf
    if found.dtype.kind != "f":
        return 0.0 if np.array_equal(found, expected) else np.inf
    return float(np.max(np.abs(found - expected) / np.maximum(1, np.abs(expected))))


def compare(path, tolerance):
    """What differs, and the largest difference of all."""
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    problems, worst = [], 0.0
    cases = sorted(path.parent.glob(f"{path.stem}.*.safetensors"))
    if not cases:
        problems.append("nothing to compare with")
    for case in cases:
        tensors = load_file(case)
        given = {name[6:]: value for name, value in tensors.items() if name.startswith("input.")}
        expected = {name[7:]: value for name, value in tensors.items() if name.startswith("output.")}
        if given.keys() != {i.name for i in session.get_inputs()}:
            problems.append(f"inputs {[i.name for i in session.get_inputs()]}, expected {list(given)}")
            continue
        names = [o.name for o in session.get_outputs()]
        if expected.keys() != set(names):
            problems.append(f"outputs {names}, expected {list(expected)}")
            continue
        for boundary in session.get_inputs() + session.get_outputs():
            if boundary.shape[0] != "batch":
                problems.append(f"{boundary.name} has no batch: {boundary.shape}")
        for name, found in zip(names, session.run(names, given)):
            difference = largest_difference(found, expected[name])
            worst = max(worst, difference)
            if not difference <= tolerance:
                problems.append(f"{name} of {case.name} {found.shape} differs by {difference:.2e}")
    return problems, worst


def main():
    folder, tolerance = pathlib.Path(sys.argv[1]), float(sys.argv[2])
    files = sorted(folder.glob("*.onnx"))
    differing, largest = 0, 0.0
    for path in files:
        try:
            problems, worst = compare(path, tolerance)
        except Exception as error:  # Whatever a library says of a file is what is wrong with it.
            problems, worst = [f"{type(error).__name__}: {error}"], np.inf
        differing += bool(problems)
        largest = max(largest, worst)
        print(f"{path.stem}: {'; '.join(problems) or f'{worst:.1e}'}")
    print(f"{len(files)} files, {differing} differ, largest difference {largest:.2e}")
    sys.exit(differing > 0)


if __name__ == "__main__":
    main()
