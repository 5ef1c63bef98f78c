// Shows the text around a quotation. Everything is set as text: nothing in it is ever markup.
export default function ({ data, parentElement }) {
  const part = (name) => parentElement.querySelector(`[data-part="${name}"]`);
  for (const name of ["above", "before", "quote", "after", "below"]) {
    part(name).textContent = data[name];
  }
  part("above").hidden = data.above === "";
  part("below").hidden = data.below === "";

  // Scroll only when another quotation is opened: a rerun must not take the reader's place away.
  const box = part("text");
  if (box.dataset.shown === data.id) return;
  box.dataset.shown = data.id;
  const mark = part("quote");
  requestAnimationFrame(() => {
    box.scrollTop = mark.offsetTop - Math.max(24, (box.clientHeight - mark.offsetHeight) / 2.5);
    const place = box.getBoundingClientRect();
    // On a phone the source stands below the conversation.
    if (place.top > window.innerHeight - 120 || place.bottom < 0) {
      box.scrollIntoView({ block: "center" });
    }
  });
}
