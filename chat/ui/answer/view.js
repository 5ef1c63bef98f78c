// An answer as running text, each sentence followed by the button that opens its source.
export default function ({ data, parentElement, setTriggerValue }) {
  const paragraph = parentElement.querySelector("p");
  paragraph.replaceChildren();
  for (const { parts, marker, id } of data.sentences) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = marker;
    button.title = "Open the source";
    button.setAttribute("aria-label", `Open source ${marker}`);
    button.setAttribute("aria-pressed", String(id === data.opened));
    button.onclick = () => setTriggerValue("chosen", id);
    const sentence = document.createElement("span");
    parts.forEach(({ text, marked }, number) => {
      const holder = document.createElement(marked ? "mark" : "span");
      sentence.append(holder);
      if (number < parts.length - 1) {
        holder.textContent = text;
        return;
      }
      // The marker stays on the line of the last word.
      const words = text.split(/(\s+)/);
      if (words.at(-1).length > 24) words.push("");
      const last = document.createElement("span");
      last.className = "last";
      const word = document.createElement(marked ? "mark" : "span");
      word.textContent = words.pop() ?? "";
      last.append(word, "\u00a0", button);
      holder.textContent = words.join("");
      sentence.append(last);
    });
    if (id === data.opened) sentence.className = "opened";
    paragraph.append(sentence, " ");
  }
}
