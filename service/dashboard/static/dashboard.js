// What the pages do beside htmx: times in the reader's own zone, charts, copying, the newest line of a talk in sight.
"use strict";

const zone = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

function times(root) {
  for (const one of root.querySelectorAll("time[data-local]")) {
    one.title = one.textContent;
    one.textContent = zone.format(new Date(one.dateTime));
    one.removeAttribute("data-local");
  }
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

const LINES = { asked: "soft", answered: "accent", refused: "warn" };

function draw(box) {
  const data = JSON.parse(box.dataset.chart);
  const names = Object.keys(data).filter((name) => name !== "days");
  const days = data.days.map((day) => Date.parse(`${day}T00:00:00Z`) / 1000);
  const axis = {
    stroke: colour("soft"),
    grid: { stroke: colour("line"), width: 1 },
    ticks: { show: false },
    font: `12px ${colour("sans")}`,
  };
  const series = names.map((name, place) => ({
    label: name.charAt(0).toUpperCase() + name.slice(1),
    stroke: colour(LINES[name] || ["accent", "warn", "soft"][place % 3]),
    width: 2,
    points: { show: days.length < 15 },
  }));
  const options = {
    width: box.clientWidth,
    height: 260,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
    series: [{ label: "Day", value: (_, at) => (at === null ? "" : new Date(at * 1000).toISOString().slice(0, 10)) }, ...series],
    axes: [axis, { ...axis, size: 44 }],
    scales: { y: { range: (_, low, high) => [0, Math.max(4, Math.ceil(high * 1.1))] } },
  };
  box.replaceChildren();
  return new uPlot(options, [days, ...names.map((name) => data[name])], box);
}

function charts(root) {
  for (const box of root.querySelectorAll("[data-chart]")) {
    let chart = draw(box);
    new ResizeObserver(() => {
      if (box.clientWidth !== chart.width) chart.setSize({ width: box.clientWidth, height: 260 });
    }).observe(box);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      chart.destroy();
      chart = draw(box);
    });
  }
}

function newest(root) {
  for (const talk of root.querySelectorAll("[data-newest]")) talk.scrollTop = talk.scrollHeight;
}

function begin(root) {
  times(root);
  charts(root);
  newest(root);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (button === null) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
  const before = button.textContent;
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = before), 2000);
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
});

document.addEventListener("keydown", (event) => {
  const sends = event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.matches("[data-sends]");
  if (!sends) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

document.addEventListener("htmx:afterSwap", (event) => {
  times(event.target);
  newest(document);
});

document.addEventListener("htmx:sseMessage", () => {
  times(document);
  newest(document);
});

// A reply that was sent leaves its box empty for the next one.
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && event.target.matches("form[data-clears]")) event.target.reset();
});

document.addEventListener("htmx:beforeRequest", () => document.getElementById("notice")?.replaceChildren());

begin(document);
