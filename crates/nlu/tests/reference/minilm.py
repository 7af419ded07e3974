"""Makes the reference vectors that the sentence encoder is held against.

    python3 minilm.py ENCODER INTENTS FIXTURES

ENCODER is all-MiniLM-L6-v2 in Hugging Face layout, INTENTS the folder with banking77.jsonl and clinc150.jsonl, FIXTURES
the folder beside this one. Needs numpy and tokenizers. Nothing here is shared with the engine: the published tokeniser,
the published f32 weights, and a forward pass in double precision.
"""

import json
import math
import random
import struct
import sys
import unicodedata
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

encoder, intents, fixtures = map(Path, sys.argv[1:])
LISTS = [("en", 100), ("fi", 20), ("sv", 20), ("de", 20)]


def sentences():
    """Five hundred sentences of each set's training part, in a seeded order."""
    for name in ["banking77", "clinc150"]:
        rows = map(json.loads, (intents / f"{name}.jsonl").read_text("utf-8").splitlines())
        texts = {" ".join(row["text"].split()) for row in rows if row["split"] == "train" and row["intent"] != "__oos__"}
        yield from random.Random(20).sample(sorted(texts), 500)


def background():
    """What the engine ships itself, other languages among it."""
    for name, count in LISTS:
        lines = (fixtures / f"../../data/background/{name}.txt").read_text("utf-8").splitlines()
        yield from lines[:count]


def normalise(text):
    return unicodedata.normalize("NFKC", text).casefold()


def weights():
    data = (encoder / "model.safetensors").read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    for name, entry in json.loads(data[8 : 8 + length]).items():
        if entry.get("dtype") == "F32":
            start, end = entry["data_offsets"]
            numbers = np.frombuffer(data[8 + length + start : 8 + length + end], "<f4")
            yield name, numbers.reshape(entry["shape"]).astype(np.float64)


W = dict(weights())
config = json.loads((encoder / "config.json").read_text())
erf = np.vectorize(math.erf, otypes=[float])


def norm(x, name):
    x = x - x.mean(-1, keepdims=True)
    x = x / np.sqrt((x * x).mean(-1, keepdims=True) + config["layer_norm_eps"])
    return x * W[f"{name}.LayerNorm.weight"] + W[f"{name}.LayerNorm.bias"]


def dense(x, name):
    return x @ W[f"{name}.weight"].T + W[f"{name}.bias"]


def forward(ids):
    part = lambda kind: W[f"embeddings.{kind}_embeddings.weight"]
    x = norm(part("word")[ids] + part("position")[: len(ids)] + part("token_type")[0], "embeddings")
    heads = config["num_attention_heads"]
    for layer in range(config["num_hidden_layers"]):
        at = f"encoder.layer.{layer}"
        q, k, v = (
            dense(x, f"{at}.attention.self.{kind}").reshape(len(ids), heads, -1).transpose(1, 0, 2)
            for kind in ["query", "key", "value"]
        )
        scores = q @ k.transpose(0, 2, 1) / math.sqrt(q.shape[-1])
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        gathered = (shares / shares.sum(-1, keepdims=True)) @ v
        gathered = gathered.transpose(1, 0, 2).reshape(len(ids), -1)
        x = norm(x + dense(gathered, f"{at}.attention.output.dense"), f"{at}.attention.output")
        inner = dense(x, f"{at}.intermediate.dense")
        inner = inner * 0.5 * (1 + erf(inner / math.sqrt(2)))
        x = norm(x + dense(inner, f"{at}.output.dense"), f"{at}.output")
    mean = x.mean(0)
    return mean / np.linalg.norm(mean)


tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
tokenizer.no_padding()
chosen = list(sentences())
(fixtures / "sentences.txt").write_text("".join(f"{text}\n" for text in chosen), "utf-8")
vectors = [forward(tokenizer.encode(normalise(text)).ids) for text in chosen + list(background())]
numbers = np.round(np.array(vectors) * 32767).astype("<i2")
(fixtures / "minilm.i16").write_bytes(numbers.tobytes())
