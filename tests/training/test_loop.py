"""Training: masks, pieces, early stopping, and that it does learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnlib.layers.elman import Elman
from rnnlib.layers.heads import LinearHead
from rnnlib.layers.losses import bit_entropy, cross_entropy, squared_error
from rnnlib.layers.lstm import LSTM
from rnnlib.sequences.padded import Sequences, pad
from rnnlib.sequences.tasks.bits import two_ones
from rnnlib.sequences.tasks.letters import syllables
from rnnlib.sequences.tasks.long_lags import delayed_recall
from rnnlib.sequences.windows import next_values
from rnnlib.training.batches import Fresh, Minibatches
from rnnlib.training.gradients import gradient_check
from rnnlib.training.loop import fit
from rnnlib.training.network import Network
from rnnlib.training.optimizers import SGD, Adam
from rnnlib.training.schedules import one_cycle


def small(seed=0, outputs=1, loss=squared_error, hidden=4, inputs=1):
    layer = Elman(inputs, hidden, seed=seed)
    return Network(layer, LinearHead(hidden, outputs, seed=seed), loss)


def unequal(seed=0, count=5, longest=7):
    """Sequences of unequal length with a target at every real step."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, longest + 1, count)
    x, lengths = pad([rng.normal(size=(n, 2)) for n in lengths])
    y, _ = pad([rng.normal(size=(n, 1)) for n in lengths])
    return Sequences(x, y, np.arange(len(x))[:, None] < lengths, lengths)


def copies(parameters):
    return {name: value.copy() for name, value in parameters.items()}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(0, 2**32), st.integers(1, 6), st.integers(1, 9))
def test_a_padded_batch_equals_its_sequences_one_by_one(seed, count, longest):
    data = unequal(seed, count, longest)
    network = small(seed, inputs=2)
    loss, gradients, _ = network.gradients(data)
    losses, total = 0.0, dict.fromkeys(gradients, 0.0)
    for n in range(count):
        one = data.take([n])
        assert one.mask.all()  # no padding is left
        share = data.lengths[n] / data.lengths.sum()
        loss_n, gradients_n, _ = network.gradients(one)
        losses += share * loss_n
        for name in total:
            total[name] = total[name] + share * gradients_n[name]
        np.testing.assert_allclose(
            network.predict(data.x)[: data.lengths[n], n],
            network.predict(one.x)[:, 0],
            rtol=0,
            atol=1e-12,
        )
    assert loss == pytest.approx(losses, abs=1e-12)
    for name, value in total.items():
        np.testing.assert_allclose(gradients[name], value, atol=1e-12)


def test_what_stands_in_the_padding_changes_nothing():
    data, network = unequal(3), small(3, inputs=2)
    loss, gradients, _ = network.gradients(data)
    x, y = data.x.copy(), data.y.copy()
    x[~data.mask], y[~data.mask] = 1e3, -1e6
    other = Sequences(x, y, data.mask, data.lengths)
    other_loss, other_gradients, _ = network.gradients(other)
    assert loss == other_loss
    for name, value in gradients.items():
        np.testing.assert_array_equal(value, other_gradients[name])


@pytest.mark.parametrize(
    ("data", "outputs", "loss"),
    [
        (unequal(1), 1, squared_error),
        (two_ones(6, 2, 7), 2, cross_entropy),
        (syllables(4)[0], 6, bit_entropy),
    ],
)
def test_whole_network_gradients_equal_central_differences(
    data, outputs, loss
):
    network = small(2, outputs, loss, inputs=data.x.shape[2])
    start, gradients, _ = network.gradients(data)
    errors = gradient_check(
        lambda: network.score(data) - start, network.parameters, gradients
    )
    assert max(errors.values()) < 1e-7


def test_one_long_piece_is_full_backpropagation():
    data = next_values(np.sin(np.arange(30.0)))
    results = []
    for piece in (None, 29, 1000):
        network = small()
        fit(
            network,
            [data],
            SGD(network.parameters, 0.1),
            epochs=3,
            piece=piece,
        )
        results.append(network.parameters)
    for other in results[1:]:
        for name, value in results[0].items():
            np.testing.assert_array_equal(value, other[name])


@pytest.mark.parametrize("carry", [True, False])
def test_pieces_carry_the_state_or_reset_it_and_cut_the_gradient(carry):
    """Two pieces by hand: the second starts from a value, not a path."""
    data = next_values(np.sin(np.arange(9.0)))  # 8 steps
    network, by_hand = small(), small()
    fit(
        network,
        [data],
        SGD(network.parameters, 0.1),
        epochs=1,
        piece=5,
        carry=carry,
    )
    optimizer, state = SGD(by_hand.parameters, 0.1), None
    for part in (slice(0, 5), slice(5, 8)):
        piece = Sequences(data.x[part], data.y[part], data.mask[part])
        h0 = state if carry else None
        _, gradients, state = by_hand.gradients(piece, h0)
        optimizer.step(gradients)
    for name, value in network.parameters.items():
        np.testing.assert_array_equal(value, by_hand.parameters[name])


def test_a_piece_without_a_target_is_read_but_not_learned_from():
    data = delayed_recall(4, 9, seed=1)  # target in the last of 10 steps
    network = small(0, 2, cross_entropy, inputs=2)
    history = fit(
        network, [data], SGD(network.parameters, 0.1), epochs=1, piece=2
    )
    assert len(history.loss) == 1


def test_truncation_to_short_pieces_without_carry_cannot_recall():
    """With carry the state is there to read; without it nothing is."""
    data = delayed_recall(64, 4, seed=1)
    losses = {}
    for piece in (None, 2):
        network = small(0, 2, cross_entropy, hidden=8, inputs=2)
        history = fit(
            network,
            [data],
            Adam(network.parameters, 0.02),
            epochs=150,
            piece=piece,
            carry=False,
        )
        losses[piece] = history.loss[-1]
    assert losses[None] < 0.05
    assert losses[2] > 0.6


def test_early_stopping_gives_back_the_best_and_ends_after_patience():
    scores = iter([5.0, 3.0, 1.0, 2.0, 1.0, 4.0, 0.0])
    seen = []

    def validate(network):
        seen.append(copies(network.parameters))
        return next(scores)

    network = small()
    data = next_values(np.sin(np.arange(20.0)))
    history = fit(
        network,
        [data],
        SGD(network.parameters, 0.1),
        epochs=50,
        validate=validate,
        patience=3,
    )
    assert history.validation == [5.0, 3.0, 1.0, 2.0, 1.0, 4.0]
    assert (history.best_epoch, history.ended) == (3, "patience")
    for name, value in network.parameters.items():
        np.testing.assert_array_equal(value, seen[2][name])


def test_a_goal_ends_training():
    scores = iter([5.0, 0.5, 9.0])
    network, data = small(), next_values(np.sin(np.arange(20.0)))
    history = fit(
        network,
        [data],
        SGD(network.parameters),
        epochs=3,
        validate=lambda _: next(scores),
        goal=1.0,
    )
    assert history.ended == "goal"
    assert history.best_epoch == len(history.validation) == 2


def test_held_out_sequences_are_scored_by_their_loss():
    network, data = small(), next_values(np.sin(np.arange(20.0)))
    history = fit(
        network, [data], SGD(network.parameters), epochs=1, validate=data
    )
    assert history.validation == [network.score(data)]


def test_clipping_limits_the_move_and_the_optimizer_sets_its_rate():
    network, data = small(), next_values(np.sin(np.arange(20.0)))
    before = copies(network.parameters)
    history = fit(
        network,
        [data],
        SGD(network.parameters, lambda update: 0.5),
        epochs=1,
        clip=1e-3,
    )
    move = sum(
        ((value - before[name]) ** 2).sum()
        for name, value in network.parameters.items()
    )
    assert history.norm[0] > 1e-3  # what is reported is the unclipped norm
    assert np.sqrt(move) == pytest.approx(0.5e-3)


def test_minibatches_show_every_sequence_once_an_epoch_in_a_new_order():
    x = np.arange(10.0).reshape(1, 10, 1)
    batches = Minibatches(Sequences(x, x, np.ones((1, 10), bool)), 4, seed=1)
    epochs = [np.concatenate([b.x.ravel() for b in batches]) for _ in "ab"]
    for epoch in epochs:
        np.testing.assert_array_equal(np.sort(epoch), np.arange(10))
    assert (epochs[0] != epochs[1]).any()


def test_fresh_batches_differ_and_are_counted():
    batches = Fresh(lambda rng: delayed_recall(3, 2, seed=rng), 4, seed=1)
    first, second = list(batches), list(batches)
    assert len(first) == len(second) == 4
    network = small(0, 2, cross_entropy, inputs=2)
    history = fit(network, batches, SGD(network.parameters), epochs=2)
    assert history.sequences == 24
    assert len(history.loss) == 8


def test_the_same_seed_trains_the_same_network():
    results = []
    for _ in range(2):
        network = small(1, 2, cross_entropy)
        batches = Minibatches(two_ones(40, 2, 8, seed=1), 16, seed=1)
        fit(network, batches, Adam(network.parameters, 0.01), epochs=3)
        results.append(network.parameters)
    for name, value in results[0].items():
        np.testing.assert_array_equal(value, results[1][name])


def test_training_is_silent_where_nobody_watches(capfd):
    network, data = small(), next_values(np.sin(np.arange(20.0)))
    fit(network, [data], SGD(network.parameters), epochs=3)
    fit(network, [data], SGD(network.parameters), epochs=3, progress=False)
    assert capfd.readouterr() == ("", "")


def test_an_explosion_is_named_and_not_trained_on():
    layer = Elman(1, 2, activation="identity", init=3.0)
    network = Network(layer, LinearHead(2, 1), squared_error)
    data = next_values(np.sin(np.arange(300.0)))
    with (
        np.errstate(all="ignore"),
        pytest.raises(FloatingPointError, match="clip the gradient"),
    ):
        fit(network, [data], SGD(network.parameters, 1e-3), epochs=5)
    assert all(np.isfinite(w).all() for w in network.parameters.values())


@pytest.mark.parametrize("layer", [Elman, LSTM])
@pytest.mark.parametrize("piece", [None, 20, 150])
def test_a_state_that_overflows_is_named_with_advice(layer, piece):
    """In a whole sequence, in a carried state, in a part without target."""
    layer = layer(1, 2, activation="relu", init=1.0)
    layer.parameters["W_hh"][:] = 50.0
    if isinstance(layer, LSTM):
        layer.parameters["b_h"][2:4] = 50.0  # the cell forgets nothing
    network = Network(layer, LinearHead(2, 1), squared_error)
    before = copies(network.parameters)
    data = next_values(np.ones(300), from_time=299)
    with (
        np.errstate(all="ignore"),
        pytest.raises(
            FloatingPointError,
            match="update 1: state grew beyond all bounds; clip the gradient",
        ),
    ):
        fit(network, [data], SGD(network.parameters), epochs=1, piece=piece)
    for name, value in network.parameters.items():
        np.testing.assert_array_equal(value, before[name])


@pytest.mark.parametrize(
    ("scale", "value", "what"),
    [
        (1e308, 9.0, "output grew"),
        (1e200, 9.0, "gradient of the state grew"),
        (1.0, 1e200, "loss inf"),
    ],
)
def test_an_overflow_behind_the_state_is_named_with_advice(scale, value, what):
    network = small()
    network.head.parameters["W_hy"][:] = scale
    with (
        np.errstate(all="ignore"),
        pytest.raises(FloatingPointError, match=f"update 1: {what}"),
    ):
        data = next_values(np.full(9, value))
        fit(network, [data], SGD(network.parameters), epochs=1)


def test_an_overflow_while_validating_is_named_with_advice():
    """Training on short sequences says nothing of longer ones."""
    layer = Elman(1, 2, activation="relu", init=3.0)
    layer.parameters["W_xh"][:] = 1.0
    layer.parameters["W_hh"][:] = 2.0
    network = Network(layer, LinearHead(2, 1), squared_error)
    with (
        np.errstate(all="ignore"),
        pytest.raises(FloatingPointError, match="after epoch 1: state grew"),
    ):
        fit(
            network,
            [next_values(np.ones(3))],
            SGD(network.parameters, 0.0),
            epochs=1,
            validate=next_values(np.ones(900)),
        )


def test_two_ones_learned_on_short_sequences_hold_on_a_thousand_steps():
    network = Network(
        Elman(1, 8, seed=0), LinearHead(8, 2, seed=0), cross_entropy
    )
    data = two_ones(2000, 2, 20, noise=0.1, seed=0)
    fit(
        network,
        Minibatches(data, 64),
        Adam(network.parameters, one_cycle(1600, 0.01)),
        epochs=50,
        clip=1.0,
    )
    for length in (10, 100, 1000):
        test = two_ones(300, length, seed=100)
        answers = network.predict(test.x)[-1].argmax(axis=1)
        np.testing.assert_array_equal(answers, test.y[-1])


def test_gradients_stay_right_after_training():
    """Also where training has pushed the weights."""
    network = small(1, 2, cross_entropy)
    data = two_ones(50, 2, 8, seed=1)
    fit(network, [data], Adam(network.parameters, 0.05), epochs=100)
    start, gradients, _ = network.gradients(data)
    errors = gradient_check(
        lambda: network.score(data) - start, network.parameters, gradients
    )
    assert max(errors.values()) < 1e-6


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"epochs": 0}, ValueError, "epochs must be at least 1"),
        ({"piece": 0}, ValueError, "piece must be at least 1"),
        ({"clip": 0}, ValueError, "clip must lie"),
        ({"patience": 3}, ValueError, "validate must be given"),
        ({"batches": iter([])}, TypeError, "batches must be iterable once"),
    ],
)
def test_bad_arguments_are_named(arguments, error, message):
    network = small()
    data = next_values(np.arange(5.0))
    wanted = {"batches": [data], "epochs": 1, **arguments}
    with pytest.raises(error, match=message):
        fit(network, wanted.pop("batches"), SGD(network.parameters), **wanted)


def test_a_head_must_fit_its_layer():
    with pytest.raises(ValueError, match="head must take states of size 4"):
        Network(Elman(1, 4), LinearHead(5, 1), squared_error)


def test_dropout_hides_states_from_the_head_while_learning_only():
    data = unequal()
    whole, dropped = small(inputs=2), small(inputs=2)
    dropped.dropout = 0.5
    assert dropped.score(data) == whole.score(data)
    found = [dropped.gradients(data)[0] for _ in range(2000)]
    assert len(set(found)) > 100  # drawn anew each time
    states = whole.run(data.x)[0][data.mask]
    seen = dropped._seen(states.shape, states.dtype)
    assert set(np.unique(seen)) == {0.0, 2.0}
    assert seen.mean() == pytest.approx(1, abs=0.2)


def test_the_gradient_with_dropout_is_that_of_the_loss_with_dropout():
    data = unequal()
    layer, head = LSTM(2, 4), LinearHead(4, 1)

    def network():  # the same seed drops the same
        return Network(layer, head, squared_error, dropout=0.5, seed=3)

    _, gradients, _ = network().gradients(data)
    found = gradient_check(
        lambda: network().gradients(data)[0], network().parameters, gradients
    )
    assert max(found.values()) < 1e-6


def test_a_share_of_one_leaves_nothing_and_is_refused():
    with pytest.raises(ValueError, match=r"dropout must lie in \[0, 1\)"):
        Network(LSTM(2, 4), LinearHead(4, 1), squared_error, dropout=1.0)


def test_an_optimizer_of_another_network_is_refused():
    """It would move that one, and this one would learn nothing."""
    network, other = small(0), small(1)
    data, before = next_values(np.arange(5.0)), copies(other.parameters)
    with pytest.raises(ValueError, match="optimizer must be made with this"):
        fit(network, [data], Adam(other.parameters), epochs=1)
    with pytest.raises(ValueError, match="optimizer must be made with this"):
        fit(network, [data], Adam(before), epochs=1)
    for name, value in other.parameters.items():
        np.testing.assert_array_equal(value, before[name])


def test_a_part_of_the_network_can_learn_alone():
    network = small()
    before = copies(network.parameters)
    data = next_values(np.sin(np.arange(20.0)))
    fit(network, [data], SGD(network.head.parameters, 0.1), epochs=2)
    moved = {
        name
        for name, value in network.parameters.items()
        if (value != before[name]).any()
    }
    assert moved == {"W_hy", "b_y"}
