// Draws a PDF page by page; the bytes come from the site itself, nothing of the file may run.
const box = document.querySelector("[data-pdf]");
const canvas = box.querySelector("[data-pdf-canvas]");
const field = box.querySelector("[data-pdf-page]");
const state = box.querySelector("[data-pdf-state]");
let book, zoom = 1, busy = false, wanted = 1;

async function draw() {
  if (busy) return;
  busy = true;
  let drawn;
  do {
    drawn = `${wanted} ${zoom}`;
    const page = await book.getPage(wanted);
    const room = box.clientWidth - 26;
    const natural = page.getViewport({ scale: 1 });
    const ratio = window.devicePixelRatio || 1;
    const scale = Math.min((room / natural.width) * zoom, 4096 / natural.width / ratio);
    const view = page.getViewport({ scale: scale * ratio });
    canvas.width = view.width;
    canvas.height = view.height;
    canvas.style.width = `${view.width / ratio}px`;
    await page.render({ canvasContext: canvas.getContext("2d"), viewport: view, canvas }).promise;
  } while (drawn !== `${wanted} ${zoom}`);
  field.value = wanted;
  state.textContent = `Page ${wanted} of ${book.numPages}`;
  busy = false;
}

function go(number) {
  wanted = Math.min(Math.max(number || 1, 1), book.numPages);
  draw();
}

async function open() {
  const pdf = await import(box.dataset.pdfCore);
  pdf.GlobalWorkerOptions.workerSrc = box.dataset.pdfWorker;
  const task = pdf.getDocument({
    url: box.dataset.pdf, isEvalSupported: false, enableXfa: false, useSystemFonts: true,
    useWasm: false, stopAtErrors: false, maxImageSize: 64 * 1024 * 1024,
  });
  book = await task.promise;
  box.querySelector("[data-pdf-count]").textContent = book.numPages;
  field.max = book.numPages;
  await draw();
}

box.addEventListener("click", (event) => {
  const step = event.target.closest("[data-pdf-step]");
  const zoomed = event.target.closest("[data-pdf-zoom]");
  if (!book) return;
  if (step) go(wanted + Number(step.dataset.pdfStep));
  if (zoomed) {
    zoom = Math.min(Math.max(zoom * Number(zoomed.dataset.pdfZoom), 0.3), 4);
    draw();
  }
});
field.addEventListener("change", () => book && go(Number(field.value)));
document.addEventListener("keydown", (event) => {
  if (!book || event.target.closest("input, textarea, select")) return;
  if (event.key === "ArrowRight" || event.key === "PageDown") go(wanted + 1);
  if (event.key === "ArrowLeft" || event.key === "PageUp") go(wanted - 1);
});
open().catch(() => { state.textContent = "This PDF cannot be drawn. Use Download."; });
