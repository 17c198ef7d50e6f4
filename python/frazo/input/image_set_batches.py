"""Makes batches of images that are held in memory."""

import tensorflow as tf
from frazo.input.image_set import ImageSet
from frazo.input.share import Share
from frazo.input.shuffled_order import shuffled_indices


def image_set_batches(
    image_set: ImageSet, *, batch_size: int, shuffle: bool, seed: int, share: Share
) -> tf.data.Dataset:
    """Makes batches of image, uint8 [batch, height, width, channels], and label, int32 [batch].

    A shuffled dataset is endless, each epoch is a new permutation, and a batch may span two epochs.
    Otherwise the dataset is one pass in order, and the last batch may be smaller. A share gets
    every batch whose number modulo share.replicas is share.replica. The state of an iterator is
    one number. The set must have at least one image.
    """
    images, labels = tf.constant(image_set.images), tf.constant(image_set.labels)
    num_examples = len(image_set)

    def shuffled_batch(number: tf.Tensor) -> dict[str, tf.Tensor]:
        indices = shuffled_indices(
            number * batch_size, batch_size, num_examples=num_examples, seed=seed
        )
        return {"image": tf.gather(images, indices), "label": tf.gather(labels, indices)}

    def ordered_batch(number: tf.Tensor) -> dict[str, tf.Tensor]:
        rows = slice(number * batch_size, tf.minimum((number + 1) * batch_size, num_examples))
        return {"image": images[rows], "label": labels[rows]}

    numbers = tf.data.Dataset.counter(share.replica, share.replicas)
    if not shuffle:
        num_batches = -(-num_examples // batch_size)
        numbers = numbers.take(len(range(share.replica, num_batches, share.replicas)))
    make_batch = shuffled_batch if shuffle else ordered_batch
    return numbers.map(tf.autograph.experimental.do_not_convert(make_batch))
