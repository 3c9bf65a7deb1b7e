// Latency over time with its limits as thin lines; a gap is a loss.
/* global uPlot */
const box = document.querySelector("[data-chart]");
const data = JSON.parse(document.getElementById("nr-chart-data").textContent);
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const DASHES = [[6, 4], [2, 4], [10, 4]];
const NAMES = ["--warn", "--bad", "--wait"];
// Step in seconds, what a tick shows, and the second line where the day or the year begins.
const TIMES = [
  [86400 * 28, "{MMM}", "\n{YYYY}", null, null, null, null, null, 1],
  [86400, "{D} {MMM}", "\n{YYYY}", null, null, null, null, null, 1],
  [60, "{HH}:{mm}", "\n{D} {MMM} {YYYY}", null, "\n{D} {MMM}", null, null, null, 1],
  [1, "{HH}:{mm}:{ss}", "\n{D} {MMM} {YYYY}", null, "\n{D} {MMM}", null, null, null, 1],
];
let chart = null;

function options() {
  const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line") }, font: "14px system-ui" };
  const series = [
    { value: (_, at) => (at === null ? "–" : new Date(at * 1000).toLocaleString("en-GB")) },
    { label: "Measured", stroke: colour("--brand"), width: 2, spanGaps: false, value: (_, ms) => (ms === null ? "–" : `${ms} ms`) },
    ...data.limits.map((limit, index) => ({
      label: limit.label,
      stroke: colour(NAMES[index % NAMES.length]),
      width: 1,
      dash: DASHES[index % DASHES.length],
      points: { show: false },
      value: () => `${limit.value} ms`,
    })),
  ];
  return {
    width: box.clientWidth - 24,
    height: 280,
    series,
    axes: [{ ...axis, values: TIMES }, { ...axis, size: 64, label: "ms", labelFont: "14px system-ui", labelSize: 22 }],
    scales: { y: { range: (_, low, high) => { const room = Math.max(0.5, (high - low) * 0.15); return [Math.max(0, low - room), high + room]; } } },
    cursor: { drag: { x: true, y: false } },
  };
}

function draw() {
  chart?.destroy();
  const limits = data.limits.map((limit) => data.times.map(() => limit.value));
  chart = new uPlot(options(), [data.times, data.values, ...limits], box);
}

draw();
addEventListener("resize", () => chart?.setSize({ width: box.clientWidth - 24, height: 280 }));
new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
