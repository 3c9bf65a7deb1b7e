/* Draws one chart of a device: the series of the chosen port, its limits as thin labelled lines. */
"use strict";
(function () {
  const box = document.getElementById("charts");
  const place = box && box.querySelector("[data-chart]");
  if (!place) return;
  const form = box.querySelector("form");
  const said = box.querySelector("[data-said]");
  const table = box.querySelector("[data-values]");
  const ports = Array.from(form.port.options);
  let plot = null;
  let asked = 0;

  function colour(name) {
    return getComputedStyle(document.body).getPropertyValue(name).trim() || "#64748b";
  }

  function limitsPlugin(limits) {
    return {
      hooks: {
        draw: [
          function (u) {
            const ctx = u.ctx;
            ctx.save();
            ctx.strokeStyle = ctx.fillStyle = colour("--bad");
            ctx.lineWidth = 1;
            ctx.setLineDash([4, 4]);
            ctx.textAlign = "left";
            ctx.textBaseline = "bottom";
            ctx.font = 14 * devicePixelRatio + "px sans-serif";
            for (const limit of limits) {
              const y = Math.round(u.valToPos(limit.value, "y", true)) + 0.5;
              if (y < u.bbox.top || y > u.bbox.top + u.bbox.height) continue;
              ctx.beginPath();
              ctx.moveTo(u.bbox.left, y);
              ctx.lineTo(u.bbox.left + u.bbox.width, y);
              ctx.stroke();
              ctx.fillText(limit.label, u.bbox.left + 6, y - 2);
            }
            ctx.restore();
          },
        ],
      },
    };
  }

  function range(limits) {
    return function (u, low, high) {
      const near = limits.map((one) => one.value).filter((value) => value > -40);
      const least = Math.min(low ?? 0, ...near);
      const most = Math.max(high ?? 1, ...near);
      const edge = (most - least || 1) * 0.08;
      return [least - edge, most + edge];
    };
  }

  function draw(found) {
    if (plot) plot.destroy();
    plot = null;
    said.textContent = found.x.length ? "" : "No sample in this time.";
    if (!found.x.length) return;
    const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, font: "14px sans-serif" };
    const day = "\n{D} {MMM}";
    const times = Object.assign({}, axis, {
      values: [
        [86400, "{D} {MMM}", "\n{YYYY}", null, null, null, null, null, 1],
        [60, "{HH}:{mm}", day, null, day, null, null, null, 1],
        [1, "{HH}:{mm}:{ss}", day, null, day, null, null, null, 1],
      ],
    });
    const strokes = [colour("--link"), colour("--ok")];
    plot = new uPlot(
      {
        width: place.clientWidth,
        height: 320,
        title: found.title,
        scales: { x: { range: [found.from, found.to] }, y: { range: range(found.limits) } },
        axes: [times, Object.assign({ label: found.unit, size: 70, labelFont: "14px sans-serif" }, axis)],
        series: [{ label: "Time", value: "{D} {MMM} {HH}:{mm}" }].concat(
          found.series.map((one, at) => ({
            label: one.label + ", " + found.unit,
            stroke: strokes[at],
            width: 2,
            spanGaps: false,
            points: { show: found.x.length < 30 },
          })),
        ),
        plugins: [limitsPlugin(found.limits)],
      },
      [found.x].concat(found.series.map((one) => one.values)),
      place,
    );
  }

  function row(cells, kind) {
    const line = document.createElement("tr");
    cells.forEach(function (text, at) {
      const cell = document.createElement(kind === "head" || at === 0 ? "th" : "td");
      cell.scope = kind === "head" ? "col" : "row";
      cell.textContent = text;
      line.append(cell);
    });
    return line;
  }

  function list(found) {
    const head = document.createElement("thead");
    const body = document.createElement("tbody");
    head.append(row(["Time"].concat(found.series.map((one) => one.label + ", " + found.unit)), "head"));
    for (let at = found.x.length - 1; at >= Math.max(0, found.x.length - 200); at--) {
      const values = found.series.map((one) => (one.values[at] === null ? "–" : String(one.values[at])));
      if (values.every((text) => text === "–")) continue;
      body.append(row([new Date(found.x[at] * 1000).toLocaleString("en-GB")].concat(values), "row"));
    }
    table.replaceChildren(head, body);
  }

  function offered() {
    const wanted = ports.filter((option) => option.dataset.kind === form.kind.value);
    form.port.replaceChildren(...wanted);
    form.port.selectedIndex = 0;
  }

  async function load() {
    const mine = ++asked;
    said.textContent = "Loading";
    const query = new URLSearchParams(new FormData(form));
    query.set("index", form.port.selectedOptions[0]?.dataset.index ?? "");
    try {
      const answer = await fetch(box.dataset.url + "?" + query, { credentials: "same-origin" });
      if (!answer.ok) throw new Error(answer.status);
      const found = await answer.json();
      if (mine !== asked) return;
      draw(found);
      list(found);
    } catch (error) {
      if (mine === asked) said.textContent = "The chart could not be loaded; try again.";
    }
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", function (event) {
    if (event.target === form.kind) offered();
    load();
  });
  addEventListener("resize", function () {
    if (plot) plot.setSize({ width: place.clientWidth, height: 320 });
  });
  offered();
  load();
})();
