// Shows the text around a quotation. Everything is set as text: nothing in it is ever markup.
function show(parent, lines) {
  parent.replaceChildren();
  lines.forEach(({ text, heading }, number) => {
    if (number > 0) {
      const gap = document.createElement("span");
      gap.className = "gap";
      parent.append(gap);
    }
    const line = document.createElement("span");
    line.className = heading ? "heading" : "";
    line.textContent = text;
    parent.append(line);
  });
}

export default function ({ data, parentElement }) {
  const part = (name) => parentElement.querySelector(`[data-part="${name}"]`);
  show(part("before"), data.before);
  show(part("after"), data.after);
  for (const name of ["above", "quote", "below"]) {
    part(name).textContent = data[name];
    part(name).hidden = data[name] === "";
  }

  // Scroll only when another quotation is opened: a rerun must not take the reader's place away.
  const box = part("text");
  if (box.dataset.shown === data.id) return;
  box.dataset.shown = data.id;
  const mark = part("quote");
  requestAnimationFrame(() => {
    const spare = box.clientHeight - mark.offsetHeight;
    box.scrollTop = mark.offsetTop - Math.max(24, spare / 2.5);
    box.focus({ preventScroll: true }); // the arrow keys read on from here
    const place = box.getBoundingClientRect();
    // On a phone the source stands below the conversation.
    if (place.top > window.innerHeight - 120 || place.bottom < 0) {
      box.scrollIntoView({ block: "center" });
    }
  });
}
