import numpy as np
import pytest
from frazo.input import synthetic_tokens  # noqa: F401  (binds itself to its message)
from frazo.input.iterator_position import restore_position, save_position
from frazo.input.one_pass import one_pass
from frazo.input.share import WHOLE, Share
from frazo.proto import synthetic_tokens_pb2
from frazo.registry import build

SOS, EOS = 1, 2


def make(*, seed=7, share=WHOLE, **fields):
    sizes = {"vocab_size": 50, "rows": 6, "length": 64, "mean_text_length": 10} | fields
    return build(synthetic_tokens_pb2.SyntheticTokens(**sizes), seed=seed, share=share)


def batches(source, count=None):
    dataset = source.dataset() if count is None else source.dataset().take(count)
    return [{name: value.numpy() for name, value in batch.items()} for batch in dataset]


def texts_of(batch, row):
    """Returns the tokens and the labels of each text of a row."""
    segments = batch["tokens_segment_ids"][row]
    return [
        (batch["tokens"][row][segments == text], batch["labels"][row][segments == text])
        for text in range(1, segments.max() + 1)
    ]


def test_a_label_is_the_next_token_and_the_last_label_ends_the_text():
    for batch in batches(make()):
        for row in range(6):
            for tokens, labels in texts_of(batch, row):
                assert tokens[0] == SOS
                np.testing.assert_array_equal(labels[:-1], tokens[1:])
                assert labels[-1] == EOS
                assert ((labels[:-1] > EOS) & (labels[:-1] < 50)).all()


def test_positions_begin_anew_in_each_text_and_padding_is_zero():
    for batch in batches(make()):
        for row in range(6):
            segments = batch["tokens_segment_ids"][row]
            tokens = int((segments > 0).sum())
            # At most 64 / 32 = 2 positions are padding, all at the end.
            assert tokens >= 62
            assert (segments[:tokens] > 0).all()
            for name, value in batch.items():
                assert not value[row][tokens:].any(), name
            expected = np.concatenate([np.arange(len(t)) for t, _ in texts_of(batch, row)])
            np.testing.assert_array_equal(batch["tokens_segment_pos"][row][:tokens], expected)
        for suffix in ("_segment_ids", "_segment_pos"):
            np.testing.assert_array_equal(batch[f"tokens{suffix}"], batch[f"labels{suffix}"])


def test_frequent_words_have_small_ids():
    labels = np.concatenate([b["labels"].ravel() for b in batches(make(shuffle=True), 40)])
    words = labels[labels > EOS]
    # The first word, 3, has the probability log(2) / log(47) = 0.18, the last of 47 about 1 / 47 / log(47).
    assert (words == 3).mean() > 5 * (words == 40).mean()


def test_one_pass_has_num_batches_and_training_none():
    assert len(batches(make(num_batches=3))) == 3
    endless = make(num_batches=3, shuffle=True)
    assert len(batches(endless, 5)) == 5
    assert len(batches(build(one_pass(endless.message), seed=7))) == 3


def test_a_seed_gives_the_same_batches():
    one, again, other = (batches(make(seed=seed), 2) for seed in (7, 7, 8))
    for name in one[0]:
        np.testing.assert_array_equal(one[1][name], again[1][name])
    assert (one[0]["labels"] != one[1]["labels"]).any()
    assert (one[0]["labels"] != other[0]["labels"]).any()


def test_shares_have_the_rows_of_a_batch_between_them():
    whole = batches(make(), 2)
    shares = [batches(make(share=Share(replica, 4)), 2) for replica in range(4)]
    for number in range(2):
        for replica, share in enumerate(shares):
            for name, value in whole[number].items():
                np.testing.assert_array_equal(share[number][name], value[replica::4], err_msg=name)


def test_shares_that_divide_no_batches_take_turns():
    whole = batches(make(num_batches=4))
    second = batches(make(num_batches=4, share=Share(1, 2, divides_batches=False)))
    assert len(second) == 2
    np.testing.assert_array_equal(second[1]["labels"], whole[3]["labels"])


def test_an_iterator_goes_on_where_it_stood_also_with_other_shares():
    whole = batches(make(shuffle=True), 4)
    iterator = iter(make(shuffle=True, share=Share(0, 2)).dataset())
    for _ in range(3):
        next(iterator)
    resumed = make(shuffle=True, share=Share(1, 3))
    position = resumed.continued_position([save_position(iterator)] * 2)
    iterator = iter(resumed.dataset())
    restore_position(iterator, position)
    np.testing.assert_array_equal(next(iterator)["labels"], whole[3]["labels"][1::3])


def test_words_need_ids():
    with pytest.raises(ValueError, match="words have the ids from 50 on, but vocab_size is 50"):
        make(eos_id=49)
