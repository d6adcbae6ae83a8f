// Draws each figure[data-chart] from the JSON beside it. Colours are told apart by people with
// any colour vision (tests/web/test_palette.py simulates it); shapes and dashes differ too.
const LIGHT = ["#0b5fa5", "#c15500", "#0a9170", "#8a2f6c", "#7a5c00", "#3b3f8f", "#555f6b"];
const DARK = ["#4f97e8", "#e8923a", "#9aeacb", "#e08cc4", "#e3c341", "#a6a9f5", "#b8c4d2"];
const DASHES = ["solid", "dashed", "dotted", [8, 3, 2, 3]];
const SYMBOLS = ["circle", "rect", "triangle", "diamond"];
const drawn = new Map();

const isDark = () => document.documentElement.dataset.bsTheme === "dark";

function series(one, place, data) {
  const line = data.kind === "line";
  return {
    name: one.name,
    type: line ? "line" : "bar",
    stack: data.kind === "stacked" ? "all" : undefined,
    data: one.values,
    barMaxWidth: 36,
    symbol: SYMBOLS[place % SYMBOLS.length],
    symbolSize: 7,
    lineStyle: { type: DASHES[place % DASHES.length], width: 2 },
    emphasis: { focus: "series" },
  };
}

// A pie has four parts at most, each with its name and share beside it.
function pie(data, ink) {
  const parts = data.categories.map((name, place) => ({ name, value: data.series[0].values[place] }));
  return {
    color: isDark() ? DARK : LIGHT,
    animation: false,
    textStyle: { fontFamily: "inherit", color: ink },
    tooltip: { trigger: "item", renderMode: "richText" },
    series: [{ type: "pie", radius: "68%", data: parts, label: { color: ink, formatter: "{b}\n{d}%" } }],
  };
}

// Every name is written: aslant where they would touch, cut where one is very long. Of more names
// than a chart has room for, the library leaves out some.
function namesOf(data, soft) {
  const count = data.categories.length;
  const longest = Math.max(...data.categories.map((name) => String(name).length), 1);
  const slant = data.kind !== "across" && count * longest > 60 ? 40 : 0;
  return { color: soft, interval: count > 36 ? "auto" : 0, rotate: slant, width: 120, overflow: "truncate" };
}

function option(data) {
  const ink = isDark() ? "#e6ebf2" : "#182433";
  const soft = isDark() ? "#aab7c7" : "#4b5a6d";
  const grid = isDark() ? "#2d3a4b" : "#d8dee6";
  const paper = isDark() ? "#182230" : "#ffffff";
  if (data.kind === "pie") return pie(data, ink);
  const values = {
    type: "value", min: data.from_zero ? (extent) => Math.min(0, extent.min) : undefined,
    axisLabel: { color: soft }, splitLine: { lineStyle: { color: grid } },
  };
  const names = { type: "category", data: data.categories, axisLabel: namesOf(data, soft), axisLine: { lineStyle: { color: soft } }, axisTick: { show: false } };
  const across = data.kind === "across";
  return {
    color: isDark() ? DARK : LIGHT,
    animation: false,
    textStyle: { fontFamily: "inherit", color: ink },
    // Rich text keeps tooltips in the canvas: the content policy allows no inline style.
    tooltip: { trigger: "axis", renderMode: "richText", backgroundColor: paper, borderColor: soft, textStyle: { color: ink }, axisPointer: { type: data.kind === "line" ? "line" : "shadow" } },
    legend: { show: data.series.length > 1, top: 0, textStyle: { color: ink } },
    grid: { left: 8, right: 16, top: data.series.length > 1 ? 36 : 12, bottom: 4, containLabel: true },
    xAxis: across ? values : names,
    yAxis: across ? { ...names, inverse: true } : values,
    series: data.series.map((one, place) => series(one, place, data)),
  };
}

function draw(figure) {
  const data = JSON.parse(figure.querySelector("script").textContent);
  const canvas = figure.querySelector(".chart-canvas");
  drawn.get(figure)?.dispose();
  const chart = window.echarts.init(canvas, null, { renderer: "canvas" });
  chart.setOption(option(data));
  chart.on("click", ({ dataIndex }) => {
    const url = data.urls?.[dataIndex];
    if (url) location.href = url;
  });
  drawn.set(figure, chart);
}

function drawAll(scope) {
  for (const figure of scope.querySelectorAll("[data-chart]")) draw(figure);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-chart-toggle]");
  if (!button) return;
  const table = button.closest(".chart").classList.toggle("as-table");
  button.setAttribute("aria-pressed", String(table));
  if (!table) drawn.get(button.closest(".chart"))?.resize();
});
addEventListener("resize", () => drawn.forEach((chart) => chart.resize()));
document.addEventListener("htmx:afterSwap", (event) => drawAll(event.target));
new MutationObserver(() => drawAll(document)).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
drawAll(document);
