// Draws what a page has prepared: places, ways along great circles, lines of a KMZ as they are.
/* global L */
import { alongPlaces, cut, declutter, line, openMap, place } from "./world.js";

const box = document.querySelector("[data-path-map]");
const data = JSON.parse(document.getElementById("nr-map-data").textContent);
const map = openMap(box);
const seen = [];
const places = L.layerGroup().addTo(map);
[...data.lines].reverse().forEach((way) => {
  if (way.points.length < 2) return;
  const parts = way.kind === "cable" ? cut(way.points) : alongPlaces(way.points);
  line(parts, `nr-arc-${way.kind}`, way.label).addTo(map);
  seen.push(...way.points);
});
data.places.forEach((spot) => {
  place(spot.at, "nr-place-used", spot.code).addTo(places);
  seen.push(spot.at);
});
if (seen.length) map.fitBounds(seen, { padding: [40, 40], maxZoom: 7, animate: false });
declutter(map, places);
