"""Classifiers are written out, and a Predictor classifies with them."""

import frazo
import numpy as np
import pytest
import tensorflow as tf
from frazo.input.input_texts import InputTexts
from frazo.layers.place import Place
from frazo.proto import image_classifier_pb2, pipeline_pb2, text_classifier_pb2
from frazo.tasks.classification.text_classifier import TextClassifier
from frazo.tasks.image.image_classifier import ImageClassifier
from frazo.tasks.row_wise_check import check_row_wise
from google.protobuf import text_format

WORDS = ["<unk>", "</s>", "one", "two", "three"]
PIPELINE = """
    source {{ files {{ files {{ patterns: "{folder}/texts" format: "text" }} epochs: 1 }} }}
    processor {{
      tab_separated {{ columns: "label" columns: "text" }}
      steps {{ parse_numbers {{ field: "label" type: INT32 shape {{}} }} }}
      steps {{
        tokenize {{ field: "text" tokenizer {{ word {{ vocabulary: "{folder}/words" }} }} }}
      }}
      steps {{ append_eos {{ field: "text" }} }}
    }}
    batcher {{ fixed {{ batch_size: 2 }} }}
"""


def exported(task, input_texts, folder, **inputs):
    servable = task.servable(input_texts)
    tf.saved_model.save(servable, str(folder), signatures=servable.signatures())
    predictor = frazo.Predictor(folder)
    loaded = tf.saved_model.load(str(folder))
    tensors = {name: tf.constant(value) for name, value in inputs.items()}
    check_row_wise(loaded.signatures, servable.row_wise(), tensors)
    return predictor


@pytest.fixture(scope="module")
def image_task():
    text = """
        network { layers { linear { units: 3 } } layers { flatten {} } }
        softmax { num_classes: 4 }
    """
    message = text_format.Parse(text, image_classifier_pb2.ImageClassifier())
    spec = {"image": tf.TensorSpec([2, 5, 6, 1], tf.float32)}
    return ImageClassifier(message, Place(seed=1), input_spec=spec)


@pytest.fixture(scope="module")
def image_model(image_task, tmp_path_factory):
    texts = InputTexts(pipeline_pb2.Pipeline())
    folder = tmp_path_factory.mktemp("images") / "model"
    images = np.random.default_rng(2).integers(0, 256, (3, 5, 6, 1), dtype=np.uint8)
    return exported(image_task, texts, folder, images=images)


def test_images_are_classified_as_in_evaluation(image_task, image_model):
    raw = np.random.default_rng(1).integers(0, 256, (3, 5, 6, 1), dtype=np.uint8)
    labels, probabilities = image_model.classify(raw)
    batch = {"image": tf.image.per_image_standardization(raw)}
    expected = tf.nn.softmax(image_task.logits(batch)).numpy()
    np.testing.assert_allclose(probabilities, expected, rtol=1e-5)
    np.testing.assert_array_equal(labels, expected.argmax(axis=1))
    none, nothing = image_model.classify(raw[:0])
    assert (none.shape, nothing.shape) == ((0,), (0, 4))


@pytest.mark.parametrize(
    "wrong",
    [np.zeros([3, 5, 6, 1], np.float32), np.zeros([3, 5, 7, 1], np.uint8), np.zeros([], np.uint8)],
)
def test_other_images_are_refused(image_model, wrong):
    with pytest.raises(ValueError, match=r"classifies images, uint8 \(None, 5, 6, 1\); got "):
        image_model.classify(wrong)


def test_a_classifier_has_nothing_to_generate(image_model):
    with pytest.raises(ValueError, match=r"no signature 'search'"):
        image_model.predict(["text"])


def test_texts_are_encoded_as_the_input_does(tmp_path):
    (tmp_path / "words").write_text("".join(f"{word}\n" for word in WORDS))
    (tmp_path / "texts").write_text("0\tone two\n1\tthree\n")
    config = text_format.Parse(PIPELINE.format(folder=tmp_path), pipeline_pb2.Pipeline())
    (batch,) = frazo.Pipeline(config)
    text = "embedding { vocab_size: 5 dim: 3 } softmax { num_classes: 2 }"
    message = text_format.Parse(text, text_classifier_pb2.TextClassifier())
    spec = {
        name: tf.TensorSpec([None, *value.shape[1:]], value.dtype) for name, value in batch.items()
    }
    task = TextClassifier(message, Place(seed=1), input_spec=spec)
    model = exported(
        task, InputTexts(config), tmp_path / "model", texts=["one two three", "three", ""]
    )
    labels, probabilities = model.classify(["one two", "three"])
    logits = task.logits({name: tf.constant(value) for name, value in batch.items()})
    np.testing.assert_allclose(probabilities, tf.nn.softmax(logits), rtol=1e-5)
    assert labels.shape == (2,)
    assert model.classify([])[1].shape == (0, 2)
