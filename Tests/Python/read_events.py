"""Reads what a run left for TensorBoard with TensorBoard's own readers, and prints it as one JSON document.

    python read_events.py FOLDER
"""

import json
import pathlib
import struct
import sys

from google.protobuf import text_format
from tensorboard.backend.event_processing import event_accumulator
from tensorboard.plugins.projector import projector_config_pb2


def png_size(data):
    """Width and height, as the file's first chunk says."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n" and data[12:16] == b"IHDR"
    return list(struct.unpack(">II", data[16:24]))


def main(folder):
    events = event_accumulator.EventAccumulator(str(folder), size_guidance={"images": 0, "scalars": 0})
    events.Reload()
    tags = events.Tags()
    document = {
        "scalars": {tag: [[event.step, event.value] for event in events.Scalars(tag)] for tag in tags["scalars"]},
        "images": {
            tag: [[event.step, event.width, event.height] + png_size(event.encoded_image_string) for event in events.Images(tag)]
            for tag in tags["images"]
        },
    }
    path = folder / "projector_config.pbtxt"
    if path.exists():
        (embedding,) = text_format.Parse(path.read_text(), projector_config_pb2.ProjectorConfig()).embeddings
        rows = [[float(x) for x in line.split("\t")] for line in (folder / embedding.tensor_path).read_text().splitlines()]
        document["projector"] = {
            "means": rows,
            "labels": (folder / embedding.metadata_path).read_text().splitlines() if embedding.metadata_path else None,
            "sprite": png_size((folder / embedding.sprite.image_path).read_bytes()) if embedding.sprite.image_path else None,
            "image": list(embedding.sprite.single_image_dim),
        }
    json.dump(document, sys.stdout)


main(pathlib.Path(sys.argv[1]))
