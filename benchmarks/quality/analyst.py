"""`python -m benchmarks.analyst --data DIR`: questions of policy analysts, answers and their worth.

Asks every question of `questions.jsonl` through the product and stores the answers with the way to
them, for somebody who grades by reading (`--answers`); or tells from the grades (`--grades`).
Answers quote documents that are not ours: what is kept in the project are ids, grades and reasons.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import measures
from benchmarks.report import results as report
from index.errors import PolicyChatError
from index.settings import PROJECT_ROOT

ASKER = Path(__file__).parent / "analyst_asker.py"
# What an answer can be worth, and whether that is what an analyst needs.
GRADES = {
    "right": True,
    "partly": False,
    "wrong": False,
    "refused_rightly": True,
    "refused_wrongly": False,
}


class GradesRefused(PolicyChatError):
    """Grades, or the questions that they are of, cannot be read."""


class AskingFailed(PolicyChatError):
    """The product could not be asked."""


@dataclass(frozen=True, slots=True)
class Grade:
    """What one answer is worth.

    Attributes:
        id: Of the question.
        grade: One of `GRADES`.
        lost: Whether a passage that answers is among the first five and the answer lost it: units
            that cannot be quoted by themselves or were cut, or a rendering that hides what it says.
        first: Whether the first quotation, as it is printed, answers the whole question.
        reason: In the grader's own words.
    """

    id: str
    grade: str
    lost: bool
    first: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Library:
    """Where the product reads and keeps what the questions are about.

    Attributes:
        checkout: The code that is asked.
        homes: A folder with a home for each corpus.
        folders: Documents of each corpus.
    """

    checkout: Path
    homes: Path
    folders: Mapping[str, Sequence[Path]]


def ask_all(data: Path, library: Library, answers: Path) -> None:
    """Ask every question and store its answer."""
    questions = load_questions(data)
    answers.parent.mkdir(parents=True, exist_ok=True)
    lines = []
    for corpus, folders in sorted(library.folders.items()):
        chosen = [question for question in questions if question["corpus"] == corpus]
        home = library.homes / corpus
        home.mkdir(parents=True, exist_ok=True)
        _run(library, home, ["-m", "ingest", *(str(folder.resolve()) for folder in folders)], "")
        asked = [
            json.dumps({"question": one["question"], "history": one.get("history") or []})
            for one in chosen
        ]
        told = _run(library, home, [str(ASKER)], "".join(f"{line}\n" for line in asked))
        for question, answer in zip(chosen, told.splitlines(), strict=True):
            kept = {key: question[key] for key in ("id", "corpus", "kind", "question", "gold")}
            lines.append(json.dumps(kept | json.loads(answer), ensure_ascii=False))
    answers.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    print(f"{len(lines)} answers in {answers}: grade them by reading", file=sys.stderr)


def _run(library: Library, home: Path, arguments: Sequence[str], given: str) -> str:
    """Run a command of the checkout with a home of its own."""
    place = {"PYTHONPATH": str(library.checkout), "POLICY_CHAT_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-P", *arguments],  # -P: a neighbour of the script must hide no library
        cwd=library.checkout,
        env=os.environ | place,
        input=given,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode and not done.stdout:
        raise AskingFailed(f"{' '.join(arguments[:2])} ended with status {done.returncode}")
    return done.stdout


def load_questions(data: Path) -> list[dict[str, object]]:
    """Return the questions of a folder."""
    path = data / "questions.jsonl"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise GradesRefused(f"{path}: {error.strerror}; a folder of questions has one") from None
    return [json.loads(line) for line in lines if line.strip()]


def load_grades(path: Path) -> list[Grade]:
    """Return grades, each of which is one of `GRADES`."""
    grades = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            told = json.loads(line)
            grade = Grade(
                told["id"], told["grade"], bool(told["lost"]), bool(told["first"]), told["reason"]
            )
        except (ValueError, KeyError, TypeError) as error:
            raise GradesRefused(f"{path.name}, line {number}: {error!r}") from None
        if grade.grade not in GRADES:
            known = ", ".join(GRADES)
            raise GradesRefused(
                f"{path.name}, line {number}: {grade.grade!r} is no grade; there are {known}"
            )
        grades.append(grade)
    return grades


def tell(
    questions: Sequence[Mapping[str, object]], grades: Sequence[Grade], before: Sequence[Grade]
) -> dict[str, object]:
    """Return the share of each grade with its interval, of all questions and by kind."""
    kinds = {str(question["id"]): str(question["kind"]) for question in questions}
    if unknown := [grade.id for grade in grades if grade.id not in kinds]:
        raise GradesRefused(f"no question is called {unknown[0]!r}")
    by_kind = {
        kind: [grade for grade in grades if kinds[grade.id] == kind]
        for kind in sorted({kinds[grade.id] for grade in grades})
    }
    now = {grade.id: grade for grade in grades}
    return {
        **_share(grades),
        "before": _share(before) if before else None,
        "ungraded": len(kinds) - len({grade.id for grade in grades}),
        "by_kind": {kind: _share(of_kind) for kind, of_kind in by_kind.items()},
        "lost_ids": [grade.id for grade in grades if grade.lost],
        "lost_before": {
            old.id: {
                "before": old.grade,
                "now": now[old.id].grade if old.id in now else None,
                "lost": now[old.id].lost if old.id in now else None,
                "reason": now[old.id].reason if old.id in now else None,
            }
            for old in before
            if old.lost
        },
        "changed": {
            old.id: [old.grade, now[old.id].grade]
            for old in before
            if old.id in now and old.grade != now[old.id].grade
        },
    }


def _share(grades: Sequence[Grade]) -> dict[str, object]:
    told: dict[str, list[float]] = {
        "good": [float(GRADES[grade.grade]) for grade in grades],
        **{name: [float(grade.grade == name) for grade in grades] for name in GRADES},
        "right_first": [float(grade.grade == "right" and grade.first) for grade in grades],
        "lost": [float(grade.lost) for grade in grades],
    }
    shares = {name: measures.mean(values) for name, values in told.items()}
    intervals = {name: measures.mean_interval(values) for name, values in told.items()}
    return {"questions": len(grades), **shares, "intervals": intervals}


def tell_grades(data: Path, grades: Path, before: Path | None, out: Path | None) -> None:
    """Write what the grades say."""
    old = load_grades(before) if before else []
    command = f"python -m benchmarks.analyst --data {data.resolve().name} --grades {grades.name}"
    result = tell(load_questions(data), load_grades(grades), old) | {
        "data": data.resolve().name,
        "command": command,
    }
    if out is not None:
        report.write(out, result)
    else:
        print(json.dumps(result, indent=1, ensure_ascii=False))


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser("python -m benchmarks.analyst", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with questions.jsonl")
    parser.add_argument("--answers", type=Path, help="JSONL file to store answers in")
    parser.add_argument("--checkout", type=Path, default=PROJECT_ROOT, help="the code to ask")
    parser.add_argument("--homes", type=Path, help="folder for the indexes, one a corpus")
    parser.add_argument(
        "--library", type=Path, action="append", help="folder of corpus B's documents; repeatable"
    )
    parser.add_argument("--grades", type=Path, help="JSONL file of grades to tell from")
    parser.add_argument("--before", type=Path, help="grades of an earlier run, to compare with")
    parser.add_argument("--out", type=Path, help="JSON file to write")
    options = parser.parse_args()
    if options.grades:
        report.run_or_exit(
            lambda: tell_grades(options.data, options.grades, options.before, options.out)
        )
        return
    if not (options.answers and options.library and options.homes):
        parser.error("give --answers, --homes and --library to ask, or --grades to tell")
    checkout = options.checkout.resolve()
    folders = {"A": [checkout / "corpus"], "B": options.library}
    library = Library(checkout, options.homes.resolve(), folders)
    report.run_or_exit(lambda: ask_all(options.data, library, options.answers))


if __name__ == "__main__":
    main()
