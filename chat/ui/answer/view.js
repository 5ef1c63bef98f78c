// An answer as running text, each sentence followed by the button that opens its source; rows of a
// table under the heads of their columns.
export default function ({ data, parentElement, setTriggerValue }) {
  const answer = parentElement.querySelector(".answer");
  answer.replaceChildren();
  for (const said of data.sentences) {
    const open = () => setTriggerValue("chosen", said.id);
    const button = makeMarker(said, data.opened, open);
    const sentence = document.createElement("span");
    if (said.rows.length) {
      sentence.append(makeTable(said, button));
    } else {
      if (said.before) sentence.append(makeAround("span", said.before));
      appendWords(sentence, said.parts, button);
    }
    if (said.id === data.opened) sentence.className = "opened";
    answer.append(sentence, " ");
    if (said.left) answer.append(makeLeft(said.left, open), " ");
  }
}

function makeMarker({ marker, id }, opened, open) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = marker;
  button.title = "Open the source";
  button.setAttribute("aria-label", `Open source ${marker}`);
  button.setAttribute("aria-pressed", String(id === opened));
  button.onclick = open;
  return button;
}

// What stands elsewhere in the document is told from what is quoted.
function makeAround(tag, text) {
  const around = document.createElement(tag);
  around.className = "around";
  around.textContent = text;
  around.title = "Stands beside the quotation in the document";
  return around;
}

function makeLeft(text, open) {
  const left = document.createElement("button");
  left.type = "button";
  left.className = "left";
  left.textContent = text;
  left.title = "Show the rest of the list in its document";
  left.onclick = open;
  return left;
}

function makePart({ text, marked }) {
  const part = document.createElement(marked ? "mark" : "span");
  part.textContent = text;
  return part;
}

function appendWords(sentence, parts, button) {
  parts.forEach((part, number) => {
    const holder = makePart(part);
    sentence.append(holder);
    if (number < parts.length - 1) return;
    // The marker stays on the line of the last word.
    const words = part.text.split(/(\s+)/);
    if (words.at(-1).length > 24) words.push("");
    const last = document.createElement("span");
    last.className = "last";
    const word = makePart({ text: words.pop() ?? "", marked: part.marked });
    last.append(word, "\u00a0", button);
    holder.textContent = words.join("");
    sentence.append(last);
  });
}

function makeTable({ before, heads, rows }, button) {
  const table = document.createElement("table");
  if (before) table.append(makeAround("caption", before));
  for (const cells of heads) {
    const row = table.createTHead().insertRow();
    for (const head of cells) {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = head;
      row.append(cell);
    }
  }
  const body = table.createTBody();
  for (const cells of rows) {
    const row = body.insertRow();
    for (const parts of cells) row.insertCell().append(...parts.map(makePart));
  }
  const last = body.rows[body.rows.length - 1];
  (last.cells[last.cells.length - 1] ?? last.insertCell()).append(" ", button);
  // Wider than the screen, it is moved: a figure is never broken in two.
  const frame = document.createElement("div");
  frame.className = "wide";
  frame.tabIndex = 0;
  frame.append(table);
  return frame;
}
