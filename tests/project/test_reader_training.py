"""What the reader learns from and how: sources, rules, pairs, steps, losses, resuming."""

from __future__ import annotations

import gzip
import itertools
import json
import math
import random
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import BertConfig

from benchmarks.sets.data import load as load_set
from benchmarks.sets.pairs import main as make_set
from benchmarks.training import data, losses, mining, steps, train, windows
from benchmarks.training.data import MIXTURE, TrainingDataRefused, TrainingQuestion, load, split
from benchmarks.training.examples import UNKNOWN, Example, Examples
from benchmarks.training.negatives import Rules
from chat.reader import model
from index.embedding.hashing import HashingEmbedder
from index.embedding.transformer import find_packaged_model
from index.local import LocalIndex
from index.settings import Settings

FILLER = "The committee met several times during the long winter of that year to discuss it."


def question(text: str, passage: str, answer: str | None, **values: object) -> TrainingQuestion:
    span = None
    if answer is not None:
        span = (passage.index(answer), passage.index(answer) + len(answer))
    plain = TrainingQuestion(
        f"squad_dev/{text}", "squad_dev", text, passage, (), span, answer or "", span is not None,
        (), passage[:20],
    )  # fmt: skip
    return replace(plain, **values)  # type: ignore[arg-type]


FUND = question(
    "When did Norway open the Polar Fund in 1999?",
    f"Norway opened the Polar Fund on 3 May 1999. {FILLER} It pays for ships.",
    "3 May",
)


def write_sources(folder: Path, **lines: list[dict[str, object]]) -> Path:
    folder.mkdir(parents=True)
    for source in MIXTURE:
        with gzip.open(folder / f"{source}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines.get(source, []))
    return folder


def line(q: str, pos: str, neg: str = "", answerable: bool = True) -> dict[str, object]:
    return {
        "q": q, "pos": [pos] if answerable else [], "neg": [neg] if neg else [],
        "answerable": answerable, "answer": "", "span": {"pos": 0, "start": 0, "end": 3},
    }  # fmt: skip


def test_whole_articles_of_what_is_measured_on_are_left_out(tmp_path: Path) -> None:
    """One shared sentence leaves out its paragraph, and those that questions join to it."""
    measured = tmp_path / "measured"
    measured.mkdir()
    shared = f"{FILLER} Something that is only in the paragraph measured on."
    (measured / "corpus.jsonl").write_text(json.dumps({"_id": "1", "text": shared}))
    (measured / "queries.jsonl").write_text(json.dumps({"_id": "1", "text": "Who asked this?"}))
    sources = write_sources(
        tmp_path / "sources",
        squad_dev=[
            line("a?", f"Its own first sentence. {FILLER}", neg="The same article, elsewhere."),
            line("b?", "The same article, elsewhere.", neg="And a third paragraph."),
            line("c?", "Another article altogether."),
        ],
        boolq=[line("who asked this", "Asked before."), line("e?", "Never asked.")],
    )
    splits = split(load(sources), [measured], seed=1)
    kept = {q.text for q in (*splits.train, *splits.held_out)}
    assert kept == {"c?", "e?"}
    assert splits.left_out == {"measured": 3}


def test_no_article_is_both_learnt_from_and_held_out(tmp_path: Path) -> None:
    lines = [line(f"q{n}?", f"Paragraph number {n // 2}.") for n in range(200)]
    splits = split(load(write_sources(tmp_path / "s", squad_dev=lines)), [], seed=1)
    learnt, held = ({q.article for q in part} for part in (splits.train, splits.held_out))
    assert not learnt & held
    assert len(splits.train) + len(splits.held_out) == 200
    assert 20 <= len(splits.held_out) <= 80  # about a quarter
    assert split(load(tmp_path / "s"), [], seed=1) == splits


def test_a_source_gives_no_more_than_its_share(tmp_path: Path) -> None:
    most = MIXTURE["drop_boolq_contrast"]
    assert most
    lines = [line(f"q{n}?", f"Paragraph number {n}.") for n in range(most + 50)]
    folder = write_sources(tmp_path / "s", drop_boolq_contrast=lines)
    assert len(split(load(folder), [], seed=1).train) == most


def test_a_missing_source_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--data", str(tmp_path), "--out", str(tmp_path / "out")]
    assert data.main(arguments) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "squad_dev.jsonl.gz" in error


def test_held_out_questions_become_a_set(tmp_path: Path) -> None:
    lines = [line(f"q{n}?", f"Paragraph number {n}.", "Another one.") for n in range(40)]
    lines += [line(f"u{n}?", "", f"Against number {n}.", answerable=False) for n in range(40)]
    sources = write_sources(tmp_path / "s", squad_dev=lines)
    # The negative they share makes them one article: held out by its name or not at all.
    for entry in lines:
        entry["neg"] = entry["neg"] if not entry["answerable"] else []
    sources = write_sources(tmp_path / "t", squad_dev=lines)
    assert data.main(["--data", str(sources), "--out", str(tmp_path / "held")]) == 0
    held = tmp_path / "held" / "squad_dev.jsonl.gz"
    assert make_set([str(held), "--out", str(tmp_path / "set")]) == 0
    made = load_set(tmp_path / "set")
    assert {q.answerable for q in made.queries} == {True, False}
    assert len(made.queries) == len(split(load(sources), [], seed=7).held_out)


@given(st.lists(st.text("ab .\n", min_size=1, max_size=300), max_size=12))
def test_windows_hold_every_sentence_once_and_in_order(parts: list[str]) -> None:
    text = ". ".join(parts)
    sentences, cut = windows.find_sentences(text), windows.cut_windows(text)
    assert [cut[0][0], cut[-1][1]] == [sentences[0][0], sentences[-1][1]] if sentences else not cut
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(cut))
    for start, end in sentences:
        assert sum(a <= start and end <= b for a, b in cut) == 1


@given(st.integers(0, 900), st.integers(1, 400), st.integers())
def test_a_window_holds_the_answer(start: int, length: int, seed: int) -> None:
    text = "One sentence of some length stands here. " * 40
    span = (start, start + length)
    a, b = windows.cut_window_around(text, span, random.Random(seed))
    assert a <= span[0] < span[1] <= b
    assert b - a <= windows.WINDOW_CHARS or b - a <= length + 2 * 41


def test_rules_change_what_is_asked_or_take_the_answer_out() -> None:
    rules = Rules([FUND, question("What did the Harbour Board of Genoa own?", "x", None)])
    chance = random.Random(1)
    without = rules.remove_answer(FUND, chance)
    assert without
    assert without.passage == f"{FILLER} It pays for ships."
    year = rules.change_year(FUND, chance)
    assert year
    assert "1999" not in year.question
    assert year.passage == FUND.passage
    drawn = [rules.change_name(FUND, chance) for _ in range(30)]
    asked = {made.question for made in drawn if made}
    assert "When did Harbour Board of Genoa open the Polar Fund in 1999?" in asked
    assert all("Harbour Board of Genoa" in text for text in asked)
    opposite = rules.reverse_word(replace(FUND, text="Who began the fund?"), chance)
    assert opposite
    assert opposite.question == "Who ended the fund?"
    negated = rules.negate(replace(FUND, text="When did Norway open the fund?"), chance)
    assert negated
    assert negated.question == "When did Norway not open the fund?"
    assert rules.make(replace(FUND, span=None), chance) is None


def test_rules_keep_their_hands_off_what_may_still_be_answered() -> None:
    rules = Rules([FUND])
    chance = random.Random(1)
    twice = question("When?", f"It was on 3 May. {FILLER} Again on 3 May it was.", "3 May")
    assert rules.remove_answer(twice, chance) is None
    every_year = " ".join(str(year) for year in range(1950, 2050))
    assert rules.change_year(replace(FUND, passage=every_year), chance) is None
    assert rules.reverse_word(question("Who began?", "It began and ended.", "It"), chance) is None
    assert rules.negate(replace(FUND, text="Who did not pay?"), chance) is None
    denied = question("Who did they pay?", "They did not pay Norway.", "Norway")
    assert rules.negate(denied, chance) is None


def test_pairs_of_a_question() -> None:
    chance = random.Random(3)
    asked = replace(FUND, negatives=("A given one.",))
    maker = Examples([asked], {asked.id: ["A mined one.", "And a second.", "And a third."]})
    seen: set[str] = set()
    for _ in range(40):
        first, *others = maker.make_pairs(asked, chance)
        assert first.span is not None
        assert first.passage[slice(*first.span)] == "3 May"
        assert (first.relevant, first.answers, first.kind) == (1, 1, "own")
        assert all(other.answers == 0 and other.span is None for other in others)
        assert [other.kind for other in others[:3]] == ["given", "mined", "mined"]
        assert len({other.passage for other in others[:3]}) == 3
        seen |= {other.kind for other in others[3:]}
    assert {"without_answer", "other_year"} <= seen
    assert not Examples([asked], {}, rules=False).make_pairs(asked, chance)[2:]


def test_a_question_without_an_answer_is_one_pair() -> None:
    chance = random.Random(3)
    [pair] = Examples([], {}).make_pairs(replace(FUND, span=None, answerable=False), chance)
    assert (pair.relevant, pair.answers, pair.spanned) == (UNKNOWN, 0, True)


def test_a_refuted_claim_is_relevant_and_no_answer_is_claimed() -> None:
    chance = random.Random(3)
    [pair] = Examples([], {}).make_pairs(replace(FUND, span=None, answerable=None), chance)
    assert (pair.relevant, pair.answers, pair.spanned) == (1, UNKNOWN, False)


def test_mined_passages_do_not_answer(tmp_path: Path) -> None:
    asked = question(
        "Who paid for the ships?", "The crown paid for the ships of the north.", "crown"
    )
    others = [
        question("1?", "Merchants in the south lent their ships to a king.", "Merchants"),
        question("2?", "Long after that the crown paid for new ships.", "ships"),
        question("3?", "The crown paid for the ships of the north!", "north"),
    ]
    written = tmp_path / "mined.jsonl"
    list(mining.mine(tmp_path, HashingEmbedder(), [asked, *others], written))
    assert list(mining.read_mined(written)[asked.id]) == [others[0].passage]
    # Again, as after a stop: nothing is done twice.
    assert list(mining.mine(tmp_path, HashingEmbedder(), [asked, *others], written)) == []
    # Killed in the middle of a line: that one is.
    whole = written.read_text("utf-8")
    written.write_text(whole[:-9], "utf-8")
    assert len(list(mining.mine(tmp_path, HashingEmbedder(), [asked, *others], written))) == 1
    assert written.read_text("utf-8") == whole
    with pytest.raises(TrainingDataRefused, match="was made of other questions; delete"):
        list(mining.mine(tmp_path, HashingEmbedder(), [asked], written))
    assert LocalIndex(Settings(tmp_path / "wiki"), HashingEmbedder()).manifest().documents == 4


def tiny() -> model.ReaderNetwork:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=30522, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=32, attn_implementation="eager",
    )  # fmt: skip
    return model.ReaderNetwork(config)


def numbered(count: int) -> list[TrainingQuestion]:
    return [
        question(f"What is in box {n}?", f"In box {n} there is a lamp. {FILLER}", "a lamp",
                 id=f"squad_dev/{n}", negatives=("Nothing is here.",))
        for n in range(count)
    ]  # fmt: skip


RECIPE = steps.Recipe(questions=48, tokens_per_step=400, rate=1e-3)


def test_steps_are_the_same_for_the_same_seed_and_go_on_where_they_stopped() -> None:
    tokens = model.load_tokenizer(find_packaged_model())
    maker = Examples(numbered(30), {})
    all_steps = list(steps.make_steps(maker, tokens, RECIPE, after=0))
    assert all_steps[-1].questions == RECIPE.questions
    assert [s.questions for s in all_steps] == sorted({s.questions for s in all_steps})
    middle = all_steps[len(all_steps) // 2].questions
    rest = list(steps.make_steps(maker, tokens, RECIPE, after=middle))
    assert rest == [step for step in all_steps if step.questions > middle]
    for step in all_steps:
        widest = max(len(pair.ids) for pair in step.pairs)
        assert widest * len(step.pairs) <= RECIPE.tokens_per_step or len(set(step.groups)) == 1


def test_losses_by_hand() -> None:
    """One question with two passages, relevance ln 3 and 0: the right one has 3/4.

    Pointwise: -ln(3/4) and -ln(1/2), in the mean. Answers, logits 0: -ln(1/2). Span: three tokens
    with equal logits, so -ln(1/3) wherever it points, for the start and the end.
    """
    kinds = [("own", 1, (0, 2)), ("mined", 0, None)]
    examples = [
        Example("q", "", "ab", relevant, relevant, span, True, kind, "squad_dev")
        for kind, relevant, span in kinds
    ]
    pair = model.TokenPair([1, 2, 3], [0, 1, 1], [(0, 0), (0, 1), (1, 2)])
    step = steps.TrainingStep(1, examples, [0, 0], [pair, pair])
    outputs = model.Outputs(
        torch.tensor([math.log(3), 0.0]), torch.zeros(2), torch.zeros(2, 3), torch.zeros(2, 3)
    )
    found = {
        name: float(value) for name, value in losses.compute_losses(outputs, step, RECIPE).items()
    }
    assert found["relevance"] == pytest.approx(-math.log(3 / 4))
    assert found["pointwise"] == pytest.approx((-math.log(3 / 4) - math.log(1 / 2)) / 2)
    assert found["answers"] == pytest.approx(-math.log(1 / 2))
    assert found["span"] == pytest.approx(-math.log(1 / 3))


class Stops(Examples):
    """Breaks down after so many questions, as a machine does."""

    def __init__(self, questions: list[TrainingQuestion], after: int) -> None:
        super().__init__(questions, {})
        self.left = after

    def make_pairs(self, question: TrainingQuestion, chance: random.Random) -> list[Example]:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        return super().make_pairs(question, chance)


def test_a_training_that_was_stopped_ends_as_if_it_had_not_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train, "CHECKPOINT_STEPS", 2)
    monkeypatch.setattr(steps, "POOL", 12)
    tokens, questions = model.load_tokenizer(find_packaged_model()), numbered(30)
    unanswerable = replace(FUND, span=None, answerable=False)
    watched = [
        Examples(questions, {}).make_pairs(q, random.Random(1))
        for q in (*questions[:3], unanswerable)
    ]
    homes = tmp_path / "through", tmp_path / "stopped"
    for home in homes:
        home.mkdir()
    through, stopped = tiny(), tiny()
    train.train(through, tokens, Examples(questions, {}), watched, RECIPE, homes[0])
    with pytest.raises(KeyboardInterrupt):
        train.train(stopped, tokens, Stops(questions, after=30), watched, RECIPE, homes[1])
    resumed = tiny()
    train.train(resumed, tokens, Examples(questions, {}), watched, RECIPE, homes[1])
    for name, value in through.state_dict().items():
        torch.testing.assert_close(resumed.state_dict()[name], value, msg=name)
    curve = [json.loads(entry) for entry in (homes[0] / "curve.jsonl").read_text().splitlines()]
    assert curve[-1]["questions"] == RECIPE.questions
    assert set(curve[-1]["held_out"]) == {"first", "auroc", "auroc_span", "span"}
    assert curve[-2]["loss"]["relevance"] < curve[0]["loss"]["relevance"]
