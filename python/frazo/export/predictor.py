"""Runs an exported model from Python."""

from __future__ import annotations

import os
import pathlib
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from frazo import ops
from frazo.export.continuations import Continuations, TextScore
from frazo.export.detections import (
    Camera,
    Detection,
    camera_inputs,
    detections,
    scan_inputs,
)
from frazo.export.known_signatures import check_signatures
from frazo.export.sound_stream import SoundStream
from frazo.program.literal_path import is_pattern
from frazo.proto import search_pb2


class TargetScore(NamedTuple):
    """How probable a model finds a translation.

    Attributes:
      score: The natural logarithm of its probability: the sum of token_scores.
      token_scores: The logarithm for each token, given the source and the tokens before. The last
        one is that of the token that ends the translation.
      tokens: The ids of the tokens.
    """

    score: float
    token_scores: list[float]
    tokens: list[int]


class Transcript(NamedTuple):
    """What a model has recognised in a sound.

    Attributes:
      text: The best text.
      score: The natural logarithm by which the search ranks it.
      seconds: The length of the sound.
      hypotheses: All texts that the search found, (text, score), best first.
    """

    text: str
    score: float
    seconds: float
    hypotheses: list[tuple[str, float]]


class Predictor:
    """A model that `--mode=write_inference_graph` wrote. Thread-safe.

        predictor = frazo.Predictor("/tmp/ende/log/inference_graph")
        for hypotheses in predictor.predict(["Open the file", "Close the window"]):
            text, score = hypotheses[0]

    A classifier has classify, a detector detect, a speech recogniser transcribe,
    transcribe_samples and, if it streams, stream_sound. A language model has generate, stream,
    score_texts, loglikelihood, loglikelihood_rolling and generate_until; another model has predict
    and score.

    Texts are str, or bytes in UTF-8. Bytes that are not valid UTF-8 are read as U+FFFD.

    Attributes:
      search: The frazo.Search that the model was exported with.
      max_source_length: Tokens of the longest text in training; a longer text is cut off. 0: no
        limit.
    """

    def __init__(self, path: str | os.PathLike[str]):
        """Loads the model.

        Args:
          path: The SavedModel's directory.

        Raises:
          FileNotFoundError: `path` is not a SavedModel, or the library of Frazo's ops is missing.
          ValueError: It is a SavedModel of another kind, or TensorFlow cannot read such a path.
        """
        directory = os.fspath(path)
        if not (pathlib.Path(directory) / "saved_model.pb").is_file():
            raise FileNotFoundError(
                f"{directory}: not a SavedModel: it has no file saved_model.pb. The trainer "
                "writes one with --mode=write_inference_graph."
            )
        if is_pattern(directory):
            raise ValueError(
                f"{directory}: TensorFlow, which takes *, ?, [ and \\ in a path for a pattern, cannot "
                "load a SavedModel from there. Rename the folder, or copy it elsewhere."
            )
        ops.load()
        # The signatures are valid as long as this object lives.
        self._loaded = tf.saved_model.load(directory)
        self._signatures = self._loaded.signatures
        check_signatures(directory, self._signatures)
        about = self._signatures["about"]() if "about" in self._signatures else {}
        self._search = search_pb2.Search()
        if "search" in about:
            self._search.ParseFromString(about["search"].numpy())
        self.max_source_length = int(about.get("max_source_length", 0))
        self._language = Continuations(self._signature)

    @property
    def search(self) -> search_pb2.Search:
        """A copy of the exported search. Change it and pass it to `predict`."""
        copy = search_pb2.Search()
        copy.CopyFrom(self._search)
        return copy

    def predict(
        self,
        texts: Sequence[str | bytes],
        search: search_pb2.Search | None = None,
        *,
        prefixes: Sequence[str | bytes] | None = None,
        seeds: Sequence[int] | None = None,
    ) -> list[list[tuple[str, float]]]:
        """Decodes each text.

        All texts are one batch, padded to the longest. Texts of similar length, and not too many at
        a time, are fast.

        Args:
          texts: The texts.
          search: None: self.search.
          prefixes: For each text, what its translations begin with, up to the end of a word. An
            empty text asks for nothing. None: no text has a prefix.
          seeds: For each text a number that tells its random draws from those of others. The same
            seed, text and search.sampling give the same draws, whatever else is in the batch.
            None: 0, 1, ...

        Returns:
          For each text the hypotheses (text, score), best first: as many as requested and found.

        Raises:
          tf.errors.InvalidArgumentError: The search is wrong, or a prefix is longer than
            search.max_length; the message names the field.
          ValueError: There are more or fewer prefixes or seeds than texts, or the model was
            exported by a version without them.
        """
        sources = _to_bytes(texts)
        if not sources:
            return []
        self._signature("search")
        # An empty string stands for the model's own search.
        serialized = b"" if search is None else search.SerializeToString(deterministic=True)
        inputs = {"sources": tf.constant(sources), "search": tf.constant(serialized)}
        if prefixes is None and seeds is None:
            outputs = self._signatures["search"](**inputs)
        else:
            outputs = self._search_with_prefixes(inputs, prefixes, seeds)
        found = zip(
            outputs["hypotheses"].numpy(),
            outputs["scores"].numpy(),
            outputs["num_tokens"].numpy(),
            strict=True,
        )
        return [
            [
                (text.decode(errors="replace"), float(score))
                for text, score, length in zip(*hypotheses, strict=True)
                if length
            ]
            for hypotheses in found
        ]

    def score(
        self, texts: Sequence[str | bytes], targets: Sequence[str | bytes]
    ) -> list[TargetScore]:
        """Returns how probable the model finds a translation of each text.

        Args:
          texts: The texts.
          targets: A translation of each.

        Raises:
          ValueError: There are more or fewer targets than texts, or the model was exported by a
            version without scores.
        """
        sources = _to_bytes(texts)
        _check_count("targets", targets, len(sources))
        if not sources:
            return []
        outputs = self._signature("score")(
            sources=tf.constant(sources), targets=tf.constant(_to_bytes(targets))
        )
        names = ("scores", "token_scores", "tokens", "num_tokens")
        rows = zip(*(outputs[name].numpy().tolist() for name in names), strict=True)
        return [TargetScore(total, each[:n], tokens[:n]) for total, each, tokens, n in rows]

    def num_tokens(self, texts: Sequence[str | bytes]) -> list[int]:
        """Returns the number of tokens of each text as the model reads it, including the
        final one.
        """
        sources = _to_bytes(texts)
        if not sources:
            return []
        if "encode" in self._signatures:
            return [len(tokens) + 1 for tokens in self._language.encode(sources)]
        outputs = self._signature("lengths")(sources=tf.constant(sources))
        return outputs["source_lengths"].numpy().tolist()

    def classify(self, values: np.ndarray | Sequence[str | bytes]) -> tuple[np.ndarray, np.ndarray]:
        """Classifies images or texts.

        Args:
          values: Images, uint8 [batch, height, width, channels], or texts, as the model takes them.

        Returns:
          labels: int32 [batch], the most probable class of each.
          probabilities: float32 [batch, classes].

        Raises:
          ValueError: They have another shape or type than the model takes, or the model is of
            another kind.
        """
        classify = self._signature("classify")
        _, inputs = classify.structured_input_signature
        ((name, spec),) = inputs.items()
        if isinstance(values, np.ndarray):
            tensor = tf.constant(values)
        else:
            tensor = tf.constant(_to_bytes(values), tf.string)
        if tensor.dtype != spec.dtype or not spec.shape.is_compatible_with(tensor.shape):
            raise ValueError(
                f"the model classifies {name}, {spec.dtype.name} {spec.shape}; got "
                f"{tensor.dtype.name} {tensor.shape}"
            )
        outputs = classify(**{name: tensor})
        return outputs["labels"].numpy(), outputs["probabilities"].numpy()

    def detect(
        self, scans: Sequence[np.ndarray], cameras: Sequence[Camera] | None = None
    ) -> list[list[Detection]]:
        """Finds objects in scans.

        All scans are one batch.

        Args:
          scans: For each scan its points, float32 [points, 3 + features]: x, y, z in metres, and as
            many features as the model takes. Further ones are left out.
          cameras: For each scan its camera, for a model that looks only where a camera does. None:
            the model is asked without.

        Returns:
          For each scan what was found, the best first.

        Raises:
          tf.errors.InvalidArgumentError: The model cannot do without a camera.
          ValueError: A scan has another shape, there are more or fewer cameras than scans, or the
            model is of another kind.
        """
        detect = self._signature("detect" if cameras is None else "detect_with_camera")
        if cameras is not None:
            _check_count("cameras", cameras, len(scans), "scans")
        if not scans:
            return []
        about = self._signature("about")()
        names = [name.decode(errors="replace") for name in about["class_names"].numpy()]
        inputs = scan_inputs(scans, 3 + int(about["num_features"])) | camera_inputs(cameras)
        outputs = detect(**{name: tf.constant(array) for name, array in inputs.items()})
        return detections({name: each.numpy() for name, each in outputs.items()}, names)

    def transcribe(self, sounds: Sequence[bytes]) -> list[Transcript]:
        """Recognises the words in sounds.

        All sounds are one batch, padded to the longest.

        Args:
          sounds: The contents of FLAC, WAV, Ogg or MP3 files.

        Raises:
          tf.errors.InvalidArgumentError: Bytes are no sound; the message names the row.
          ValueError: The model is of another kind.
        """
        transcribe = self._signature("transcribe")
        if not sounds:
            return []
        return self._transcripts(transcribe(sounds=tf.constant(list(sounds), tf.string)))

    def transcribe_samples(self, sounds: Sequence[np.ndarray]) -> list[Transcript]:
        """Recognises the words in sounds that are no files.

        All sounds are one batch, padded to the longest.

        Args:
          sounds: Float [length] each, in [-1, 1], at the rate of `sample_rate`.

        Raises:
          ValueError: A sound has another shape, or the model is of another kind.
        """
        transcribe = self._signature("transcribe_samples")
        if not sounds:
            return []
        for number, sound in enumerate(sounds):
            if np.ndim(sound) != 1:
                raise ValueError(
                    f"sound {number} has the shape {np.shape(sound)}; expected [length]. Average "
                    "its channels."
                )
        lengths = [len(sound) for sound in sounds]
        samples = np.zeros([len(sounds), max(lengths)], np.float32)
        for row, sound in zip(samples, sounds, strict=True):
            row[: len(sound)] = sound
        return self._transcripts(
            transcribe(samples=tf.constant(samples), lengths=tf.constant(lengths, tf.int32))
        )

    @property
    def sample_rate(self) -> int:
        """The rate in Hz of the samples that a speech recogniser takes.

        Raises:
          ValueError: The model is of another kind.
        """
        about = self._signature("about")()
        if "sample_rate" not in about:
            raise ValueError("the model takes no sounds: it is a model of another kind")
        return int(about["sample_rate"])

    def _transcripts(self, outputs: Mapping[str, tf.Tensor]) -> list[Transcript]:
        rate = self.sample_rate
        found = zip(
            outputs["texts"].numpy(),
            outputs["scores"].numpy().tolist(),
            outputs["num_samples"].numpy().tolist(),
            outputs["hypotheses"].numpy(),
            outputs["hypothesis_scores"].numpy().tolist(),
            strict=True,
        )
        return [
            Transcript(
                text.decode(errors="replace"), score, samples / rate, _found(hypotheses, scores)
            )
            for text, score, samples, hypotheses, scores in found
        ]

    def stream_sound(self) -> SoundStream:
        """Returns a new stream for a sound that comes chunk by chunk.

        Raises:
          ValueError: The model is of another kind, or does not stream.
        """
        return SoundStream(self._signature)

    def generate(
        self,
        prompts: Sequence[str | bytes],
        search: search_pb2.Search | None = None,
        *,
        seeds: Sequence[int] | None = None,
    ) -> list[list[tuple[str, float]]]:
        """Continues each prompt with a language model.

        Args:
          prompts: The beginnings of texts. An empty one asks for a whole text.
          search: None: self.search. Its max_length counts the tokens of a prompt, too.
          seeds: As for `predict`.

        Returns:
          For each prompt what follows it, (text, score), best first. The score is that of the whole
          text.

        Raises:
          tf.errors.InvalidArgumentError: The search is wrong, or a prompt is longer than
            search.max_length; the message names the field.
          ValueError: There are more or fewer seeds than prompts, or the model is of another kind.
        """
        beginnings = _to_bytes(prompts)
        _check_count("seeds", seeds, len(beginnings))
        if not beginnings:
            return []
        numbers = list(range(len(beginnings))) if seeds is None else seeds
        return self._language.generate(beginnings, search or self.search, numbers)

    def stream(
        self,
        prompt: str | bytes,
        search: search_pb2.Search | None = None,
        *,
        seed: int = 0,
        until: Sequence[str] = (),
    ) -> Iterator[str]:
        """Continues a prompt with a language model, and yields the text as it is made.

        Greedy search and sampling of one sample yield a token at a time; other searches yield their
        best result in one part.

        Args:
          prompt: The beginning of a text.
          search: None: self.search. Its max_length counts the tokens of the prompt, too.
          seed: Tells the random draws from those of other prompts.
          until: The continuation ends before the first of these texts.

        Yields:
          Parts of the continuation.
        """
        (beginning,) = _to_bytes([prompt])
        yield from self._language.stream(beginning, search or self.search, seed, until)

    def score_texts(self, texts: Sequence[str | bytes]) -> list[TextScore]:
        """Returns how probable a language model finds texts, from beginning to end."""
        return self._language.score(_to_bytes(texts))

    def loglikelihood(self, pairs: Sequence[tuple[str, str]]) -> list[tuple[float, bool]]:
        """As Continuations.loglikelihood: what lm-eval's `loglikelihood` asks for."""
        return self._language.loglikelihood(pairs)

    def loglikelihood_rolling(
        self, texts: Sequence[str], *, most_tokens: int | None = None
    ) -> list[float]:
        """As Continuations.loglikelihood_rolling: what lm-eval's `loglikelihood_rolling` asks for.

        Args:
          texts: The texts.
          most_tokens: Tokens of a window. None: with the one that begins a text,
            self.search.max_length.
        """
        if most_tokens is None:
            most_tokens = max(self._search.max_length - 1, 2)
        return self._language.loglikelihood_rolling(texts, most_tokens)

    def generate_until(
        self,
        prompts: Sequence[str],
        until: Sequence[str],
        *,
        most_new_tokens: int = 256,
        search: search_pb2.Search | None = None,
    ) -> list[str]:
        """Continues each prompt up to a text: what lm-eval's `generate_until` asks for.

        Args:
          prompts: The beginnings of texts.
          until: A continuation ends before the first of these texts.
          most_new_tokens: Tokens of the longest continuation.
          search: None: greedy search.
        """
        found = []
        for prompt in prompts:
            given = search_pb2.Search(greedy=search_pb2.GreedySearch(), eos_id=self._search.eos_id)
            if search is not None:
                given.CopyFrom(search)
            given.max_length = most_new_tokens + len(self._language.encode(_to_bytes([prompt]))[0])
            found.append("".join(self.stream(prompt, given, until=until)))
        return found

    def _search_with_prefixes(
        self,
        inputs: dict[str, tf.Tensor],
        prefixes: Sequence[str | bytes] | None,
        seeds: Sequence[int] | None,
    ) -> dict[str, tf.Tensor]:
        count = len(inputs["sources"])
        _check_count("prefixes", prefixes, count)
        _check_count("seeds", seeds, count)
        beginnings = [b""] * count if prefixes is None else _to_bytes(prefixes)
        numbers = list(range(count)) if seeds is None else list(seeds)
        return self._signature("search_with_prefixes")(
            **inputs, prefixes=tf.constant(beginnings), seeds=tf.constant(numbers, tf.int64)
        )

    def _signature(self, name: str) -> tf.types.experimental.Callable:
        if name not in self._signatures:
            raise ValueError(
                f"the model has no signature '{name}': it is a model of another kind, or an older "
                "version exported it. Then export it again with --mode=write_inference_graph."
            )
        return self._signatures[name]


def _check_count(name: str, values: Sequence | None, count: int, noun: str = "texts") -> None:
    if values is not None and len(values) != count:
        raise ValueError(f"{name}: {len(values)} of them for {count} {noun}; give one for each")


def _found(texts: Sequence[bytes], scores: Sequence[float]) -> list[tuple[str, float]]:
    """Pairs the texts of a sound with their scores, without those that are missing."""
    return [
        (text.decode(errors="replace"), score)
        for text, score in zip(texts, scores, strict=True)
        if score > tf.float32.min
    ]


def _to_bytes(texts: Sequence[str | bytes]) -> list[bytes]:
    if isinstance(texts, (str, bytes)):
        raise TypeError("texts: expected a list of texts, found one text; pass [text]")
    return [text.encode(errors="replace") if isinstance(text, str) else text for text in texts]
