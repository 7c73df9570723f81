"""The loop: updates, validation, early stop, checkpoints; and going on.

One update is: every process reads its share of the batch, runs forward and
backward, and the gradients of the summed loss are added up over all
processes, in one message; then each divides by the number of targets of the
whole batch, clips, and makes the same step. So the weights are the same
everywhere, and the same as if one process had read all of it.

Everything that chance or time decides follows from the number of the update:
what is read, what dropout hides, the learning rate. A checkpoint holds that
number, the weights, Adam's averages, the carried states, and the early
stop's best. What goes on from it does what would have been done.
"""

from __future__ import annotations

import math
from contextlib import nullcontext

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from rnnlib.scale import checkpoints
from rnnlib.scale.adam import FlatAdam
from rnnlib.scale.cells import Model
from rnnlib.scale.processes import Processes
from rnnlib.scale.report import Report
from rnnlib.scale.settings import Settings
from rnnlib.scale.sources import left_by_dropout, open_source
from rnnlib.scale.texts import Part, characters
from rnnlib.training.schedules import one_cycle

NEAR = 0.04  # an answer that is a number and no further off is right


def train(settings: Settings, among: Processes) -> dict[str, object]:
    """Train, or go on training, until the run ends.

    Parameters
    ----------
    settings : Settings
        The same on every process.
    among : Processes

    Returns
    -------
    summary : dict
        Why it ended, and the best score on validation.

    Raises
    ------
    OSError, TypeError, ValueError
        If the text or the folder does not do; on all processes.
    FloatingPointError
        If loss or gradient grow beyond all bounds; on all processes.
    """
    run = Training(settings, among)
    report = Report(settings.folder, among)
    said = run.go_on()
    report.begin(run.update, said)
    bar = tqdm(
        total=settings.updates,
        initial=run.update,
        desc="updates",
        disable=None if among.rank == 0 else True,
    )
    while not run.ended:
        run.learn()
        bar.update()
        last = run.update == settings.updates
        if last or run.update % settings.evaluate_every == 0:
            report.add(run.judge())
        if last or run.ended or run.update % settings.checkpoint_every == 0:
            run.save()
    bar.close()
    summary = {
        "ended": run.ended,
        "updates": run.update,
        "best_update": run.best_update,
        "best_validation": run.best_score,
    }
    best = checkpoints.as_bytes(run.best)
    report.end(summary, best)
    return summary


class Training:
    """A network that learns, and all that it takes to go on later.

    Parameters
    ----------
    settings : Settings
    among : Processes

    Attributes
    ----------
    network : Model
    update : int
        Updates made.
    ended : str
        "updates" or "patience"; empty until then.
    """

    def __init__(self, settings: Settings, among: Processes):
        self.settings, self.among = settings, among
        torch.set_num_threads(settings.threads)
        self.source = among.together(lambda: open_source(settings, among))
        self.dtype = {"float64": torch.float64}.get(
            settings.precision, torch.float32
        )
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed)
            network = self._network()
        self.network = network.to(among.device, self.dtype)
        self.weights = list(self.network.parameters())
        self.optimizer = FlatAdam(self.weights)
        self._rate = one_cycle(settings.updates, settings.rate)
        self.update, self.ended, self.carried = 0, "", None
        self.best, self.best_score, self.best_update = {}, math.inf, 0
        self._since = [0.0, 0]  # loss, updates since the last evaluation

    def _network(self) -> Model:
        told = self.settings
        return Model(
            told.cell,
            self.source.inputs,
            told.hidden,
            self.source.outputs,
            layers=told.layers,
            embedding=told.embedding if told.text else 0,
            longest_lag=told.longest_lag,
            among=self.among if told.share_out == "time" else None,
        )

    def learn(self) -> float:
        """Make one update; return the loss of the whole batch before it."""
        told, update = self.settings, self.update
        which = self._which(told.batch)
        if self.source.begins(update):
            self.carried = None
        self.network.train()
        self.network.zero_grad()
        read, kept = self.source.training(update, which), None
        if told.dropout:
            kept = left_by_dropout(told, update, which, len(read.x))
        loss, part, _ = self._run(read, kept)
        loss.backward()
        ends = torch.stack([loss.detach(), part.mask.sum().to(loss)])
        flat = torch.cat([*(w.grad.flatten() for w in self.weights), ends])
        self.among.add_up(flat)
        mean, norm = self._step(flat[:-2] / flat[-1], flat[-2] / flat[-1])
        if not math.isfinite(mean + norm):
            raise FloatingPointError(
                f"update {update + 1}: loss {mean:g}, gradient norm "
                f"{norm:g}; lower --rate or --clip"
            )
        self.update += 1
        self._since[0] += mean
        self._since[1] += 1
        return mean

    def _step(self, gradient: Tensor, loss: Tensor) -> tuple[float, float]:
        """Clip, and let Adam make a step; return loss and gradient norm."""
        mean, norm = float(loss), float(gradient.norm())
        if not math.isfinite(mean + norm):
            return mean, norm
        if norm > self.settings.clip:
            gradient = gradient * (self.settings.clip / norm)
        self.optimizer.step(gradient, self._rate(self.update))
        return mean, norm

    def judge(self) -> dict[str, object]:
        """Score the network on what is held out; return a line to report."""
        told, sums = self.settings, torch.zeros(4, dtype=torch.float64)
        self.network.eval()
        carried, self.carried = self.carried, None
        which = self._which(self.source.validation_sequences())
        with torch.no_grad():
            for read in self.source.validation(which):
                if not self.source.carried:
                    self.carried = None
                loss, part, wrong = self._run(read)
                bytes_read = part.y.cpu().numpy() if told.text else None
                begun = characters(bytes_read) if told.text else 0
                found = (float(loss), int(part.mask.sum()), wrong, begun)
                sums += torch.tensor(found, dtype=torch.float64)
        self.carried = carried
        loss, targets, wrong, begun = self.among.add_up(sums).tolist()
        line = {
            "update": self.update,
            "sequences": self.update * told.batch,
            "loss": self._since[0] / max(1, self._since[1]),
            "validation": loss / targets,
            "wrong": wrong / targets,
        }
        if begun:
            line["bits_per_character"] = loss / math.log(2) / begun
        line["rate"] = self._rate(self.update - 1) if self.update else 0.0
        line["processes"] = self.among.size
        self._since = [0.0, 0]
        self._stop(line["validation"])
        return line

    def _stop(self, score: float) -> None:
        """Keep the best weights; end when nothing has been better for long."""
        told = self.settings
        if score < self.best_score:
            self.best_score, self.best_update = score, self.update
            self.best = {
                name: value.detach().cpu().clone()
                for name, value in self.network.state_dict().items()
            }
        waited = (self.update - self.best_update) / told.evaluate_every
        if told.patience and waited >= told.patience:
            self.ended = "patience"
        if self.update >= told.updates:
            self.ended = "updates"

    def save(self) -> None:
        """Write a checkpoint; on failure all processes end, none is lost."""
        told = self.settings
        contents = {
            "settings": told.deciding(),
            "source": self.source.fingerprint(),
            "update": self.update,
            "ended": self.ended,
            "weights": self.network.state_dict(),
            "optimizer": self.optimizer.state(),
            "carried": self._all_carried(),
            "best": self.best,
            "best_score": self.best_score,
            "best_update": self.best_update,
            "since": list(self._since),
        }
        self.among.together(
            lambda: checkpoints.write(
                told.folder / "checkpoints", self.update, contents, told.keep
            ),
            only=0,
        )

    def go_on(self) -> list[str]:
        """Go on from the newest whole checkpoint; return what to say of it."""
        folder = self.settings.folder / "checkpoints"
        found = self.among.together(lambda: checkpoints.newest(folder), only=0)
        data = self.among.hand_out(found and found.data)
        if data is None:
            return []
        kept = checkpoints.from_bytes(data)
        self.settings.must_repeat(kept["settings"])
        if kept["source"] != self.source.fingerprint():
            raise ValueError(
                f"text must be the one that the run began with, found "
                f"{self.source.fingerprint()}, not {kept['source']}"
            )
        self.network.load_state_dict(kept["weights"])
        self.optimizer.go_on(kept["optimizer"])
        self.update, self.ended = kept["update"], kept["ended"]
        self.best, self.best_score = kept["best"], kept["best_score"]
        self.best_update, self._since = kept["best_update"], kept["since"]
        if kept["carried"] is not None:
            mine = self._which(self.settings.batch)
            self.carried = kept["carried"][:, :, mine.start : mine.stop].to(
                self.among.device
            )
        if not found:
            return []
        goes_on = f"goes on from update {self.update}: {found.path.name}"
        return [*found.damaged, goes_on]

    def _which(self, count: int) -> range:
        """Return the sequences that this process reads."""
        by_time = self.settings.share_out == "time"
        return range(count) if by_time else self.among.share(count)

    def _all_carried(self) -> Tensor | None:
        """Return the carried states of all sequences, (S, L, B, H)."""
        if self.carried is None or not self.source.carried:
            return None
        carried = self.carried.to(self.dtype)  # none adds bfloat16 up
        mine = self._which(self.settings.batch)
        if len(mine) == self.settings.batch:
            return carried.cpu()
        S, L, _, H = carried.shape
        whole = carried.new_zeros(S, L, self.settings.batch, H)
        whole[:, :, mine.start : mine.stop] = carried
        return self.among.add_up(whole).cpu()

    def _run(
        self, read: Part, kept: np.ndarray | None = None
    ) -> tuple[Tensor, Part, int]:
        """Return the summed loss, what was read, and how much was wrong."""
        if self.settings.share_out == "time":
            steps = self.among.share(len(read.x))
            mine = slice(steps.start, steps.stop)
            read = Part(*(each[mine] for each in read))
            kept = None if kept is None else kept[mine]
        x, y, mask = (self._tensor(each) for each in read)
        if kept is not None:
            kept = self._tensor(kept)
        with self._precision():
            y_hat, state = self.network(x, self.carried, kept)
        self.carried = state
        y_hat, wanted = y_hat.to(self.dtype)[mask], y[mask]
        if self.source.classes:
            loss = nn.functional.cross_entropy(y_hat, wanted, reduction="sum")
            wrong = y_hat.argmax(-1) != wanted
        else:
            loss = (y_hat - wanted).square().sum()
            wrong = (y_hat - wanted).abs() > NEAR
        return loss, Part(x, y, mask), int(wrong.sum())

    def _tensor(self, array: np.ndarray) -> Tensor:
        tensor = torch.from_numpy(array).to(self.among.device)
        return tensor.to(self.dtype) if tensor.is_floating_point() else tensor

    def _precision(self):
        """Return what computes products in bfloat16, where that is asked."""
        if self.settings.precision != "bfloat16":
            return nullcontext()
        return torch.autocast(self.among.device.type, torch.bfloat16)
