"""Makes batches of images that are held in memory."""

import tensorflow as tf
from frazo.input.image_set import ImageSet
from frazo.input.share import Share
from frazo.input.shuffled_order import shuffled_indices


def image_set_batches(
    image_set: ImageSet, *, batch_size: int, shuffle: bool, seed: int, share: Share, first: int = 0
) -> tf.data.Dataset:
    """Makes batches of image, uint8 [batch, height, width, channels], and label, int32 [batch].

    A shuffled dataset is endless, each epoch is a new permutation, and a batch may span two epochs.
    Otherwise the dataset is one pass in order, and the last batch may be smaller. A share gets row
    share.replica of each batch and every share.replicas-th after it; one that divides no batches
    gets batch share.replica and every share.replicas-th after it. The state of an iterator is the
    number of the next batch. The first batch of all shares has the number `first`. The set must
    have at least one image.
    """
    images, labels = tf.constant(image_set.images), tf.constant(image_set.labels)
    num_examples = len(image_set)
    share.of_batch(batch_size)
    rows = slice(share.replica, None, share.replicas)
    if not share.divides_batches:
        rows = slice(None)

    def shuffled_batch(number: tf.Tensor) -> dict[str, tf.Tensor]:
        indices = shuffled_indices(
            number * batch_size, batch_size, num_examples=num_examples, seed=seed
        )[rows]
        return {"image": tf.gather(images, indices), "label": tf.gather(labels, indices)}

    def ordered_batch(number: tf.Tensor) -> dict[str, tf.Tensor]:
        batch = slice(number * batch_size, tf.minimum((number + 1) * batch_size, num_examples))
        return {"image": images[batch][rows], "label": labels[batch][rows]}

    numbers = tf.data.Dataset.counter(first)
    if not share.divides_batches:
        numbers = tf.data.Dataset.counter(first + share.replica, share.replicas)
    if not shuffle:
        batches = -(-num_examples // batch_size)
        numbers = numbers.take(batches if share.divides_batches else share.of(batches))
    make_batch = shuffled_batch if shuffle else ordered_batch
    return numbers.map(tf.autograph.experimental.do_not_convert(make_batch))
