// Shows pages with marked words. The pictures are ours; captions are set as text, never as markup.
function figureOf({ caption, source, width, height, marks }) {
  const figure = document.createElement("figure");
  const label = document.createElement("figcaption");
  label.textContent = caption;
  const paper = document.createElement("div");
  paper.className = "paper";
  const image = document.createElement("img");
  Object.assign(image, { src: source, alt: `${caption} of the document`, width, height });
  paper.append(image);
  for (const { left, top, width: across, height: down } of marks) {
    const mark = document.createElement("div");
    mark.className = "mark";
    Object.assign(mark.style, {
      left: `${left}%`, top: `${top}%`, width: `${across}%`, height: `${down}%`,
    });
    paper.append(mark);
  }
  figure.append(label, paper);
  return figure;
}

export default function ({ data, parentElement }) {
  const box = parentElement.querySelector('[data-part="pages"]');
  // A rerun must not take the reader's place away.
  if (box.dataset.shown === data.id) return;
  box.dataset.shown = data.id;
  box.replaceChildren(...data.pages.map(figureOf));
  requestAnimationFrame(() => {
    const marks = [...box.querySelectorAll(".mark")].map((mark) => mark.getBoundingClientRect());
    if (marks.length === 0) return;
    const frame = box.getBoundingClientRect();
    box.scrollTop += marks[0].top - frame.top - box.clientHeight / 4;
    box.scrollLeft += Math.min(...marks.map((mark) => mark.left)) - frame.left - 16;
    box.focus({ preventScroll: true }); // the arrow keys read on from here
    const place = box.getBoundingClientRect();
    // On a phone the source stands below the conversation.
    if (place.top > window.innerHeight - 120 || place.bottom < 0) {
      box.scrollIntoView({ block: "center" });
    }
  });
}
