"""Ask questions on standard input, one JSON object a line, of whatever checkout is on the path.

Each answer is the product's own JSON with its explanation, and the first passages it chose from.
"""

from __future__ import annotations

import json
import sys

from chat.serialize import explained_object, read_question
from chat.session import Session
from index.command_line import write_json

FIRST = 5


def main() -> None:
    """Answer every line."""
    with Session() as session:
        for line in sys.stdin.buffer:
            question = read_question(line)
            reply = session.answerer.reply(question)
            found = session.answerer.retrieve(question).candidates[:FIRST]
            answer = write_json(explained_object(reply.answer, reply.explain()))
            passages = [
                {"document": one.hit.document.id, "text": one.hit.passage.text} for one in found
            ]
            told = {"answer": json.loads(answer), "first_passages": passages}
            print(json.dumps(told, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
