// A map of the world on vendored outlines (Natural Earth), and lines along great circles on it.
/* global L, topojson */
const STEPS = 64;
const RAD = Math.PI / 180;
const ANTARCTICA = "010";
const LABEL = [58, 18];

export function openMap(box, options = {}) {
  const map = L.map(box, {
    zoomControl: true,
    attributionControl: true,
    minZoom: 1,
    maxZoom: 9,
    zoomSnap: 0.25,
    zoomDelta: 0.75,
    wheelPxPerZoomLevel: 90,
    worldCopyJump: false,
    maxBounds: [[-85, -250], [85, 250]],
    ...options,
  }).setView([25, 20], 2);
  map.attributionControl.setPrefix(false).addAttribution("Natural Earth");
  map.createPane("land").style.zIndex = 150;
  fetch(box.dataset.outlines)
    .then((answer) => answer.json())
    .then((world) => {
      const land = topojson.feature(world, world.objects.countries);
      land.features = land.features.filter((country) => country.id !== ANTARCTICA);
      land.features.forEach(unwrap);
      L.geoJSON(land, {
        pane: "land",
        interactive: false,
        style: () => ({ className: "nr-land", stroke: true, fill: true }),
      }).addTo(map);
    })
    .catch(() => box.classList.add("nr-noland"));
  return map;
}

// A ring that passes the date line goes on beyond 180 degrees east, or it would cross the map.
function unwrap(country) {
  const { type, coordinates } = country.geometry;
  const polygons = type === "Polygon" ? [coordinates] : coordinates;
  polygons.flat().forEach((ring) => {
    const passes = ring.some((point, index) => index && Math.abs(point[0] - ring[index - 1][0]) > 180);
    if (passes) ring.forEach((point) => { if (point[0] < 0) point[0] += 360; });
  });
}

function vector([latitude, longitude]) {
  const [a, b] = [latitude * RAD, longitude * RAD];
  return [Math.cos(a) * Math.cos(b), Math.cos(a) * Math.sin(b), Math.sin(a)];
}

// Points along the great circle, cut in two where it passes the date line.
export function arc(from, to) {
  const [a, b] = [vector(from), vector(to)];
  const angle = Math.acos(Math.min(1, Math.max(-1, a[0] * b[0] + a[1] * b[1] + a[2] * b[2])));
  if (angle < 0.002) return [[from, to]];
  const points = [];
  for (let step = 0; step <= STEPS; step += 1) {
    const part = step / STEPS;
    const left = Math.sin((1 - part) * angle) / Math.sin(angle);
    const right = Math.sin(part * angle) / Math.sin(angle);
    const [x, y, z] = [0, 1, 2].map((axis) => left * a[axis] + right * b[axis]);
    points.push([Math.atan2(z, Math.hypot(x, y)) / RAD, Math.atan2(y, x) / RAD]);
  }
  return cut(points);
}

export function cut(points) {
  const parts = [[]];
  points.forEach((point, index) => {
    const before = points[index - 1];
    if (before && Math.abs(point[1] - before[1]) > 180) {
      const edge = before[1] > 0 ? 180 : -180;
      const span = 360 - Math.abs(point[1] - before[1]) || 1;
      const share = Math.abs(edge - before[1]) / span;
      const latitude = before[0] + (point[0] - before[0]) * share;
      parts[parts.length - 1].push([latitude, edge]);
      parts.push([[latitude, -edge]]);
    }
    parts[parts.length - 1].push(point);
  });
  return parts;
}

export function alongPlaces(points) {
  return points.slice(1).flatMap((point, index) => arc(points[index], point));
}

export function line(parts, className, label) {
  const drawn = L.polyline(parts, { className: `nr-arc ${className}`, weight: 3, smoothFactor: 0.4 });
  return label ? drawn.bindTooltip(escaped(label), { sticky: true }) : drawn;
}

export function place(at, className, code) {
  return L.circleMarker(at, { radius: 6, className: `nr-place ${className}` }).bindTooltip(
    escaped(code),
    { permanent: true, direction: "right", offset: [6, 0], className: "nr-code" },
  );
}

// Shows only the names that do not lie on another one; more appear as one comes nearer.
export function declutter(map, group) {
  const sort = () => {
    const taken = [];
    group.eachLayer((marker) => {
      const at = map.latLngToContainerPoint(marker.getLatLng());
      const free = taken.every((other) => Math.abs(other.x - at.x) > LABEL[0] || Math.abs(other.y - at.y) > LABEL[1]);
      if (free) taken.push(at);
      const label = marker.getTooltip()?.getElement();
      if (label) label.style.visibility = free ? "" : "hidden";
    });
  };
  if (group.declutter) map.off("zoomend", group.declutter);
  map.on("zoomend", sort);
  group.declutter = sort;
  sort();
}

// Leaflet takes texts as HTML; names of the register are text.
export function escaped(text) {
  const span = document.createElement("span");
  span.textContent = text;
  return span;
}

export function element(tag, text, attributes = {}) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
  return made;
}
