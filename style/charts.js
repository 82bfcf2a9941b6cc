// Charts that answer to the pointer, of the same numbers that the server has drawn. Loaded only when
// somebody asks for them; the figure holds its data in `data-chart`, and `data-live` while it is wanted.
import { BarChart, LineChart, PieChart, ScatterChart } from "echarts/charts";
import { DataZoomComponent, GridComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, LineChart, PieChart, ScatterChart, GridComponent, TooltipComponent, DataZoomComponent, CanvasRenderer]);

const ROW = 28;
const charts = new Map();

// A canvas knows no variables of a style sheet: they are asked for, and drawn once to become numbers.
const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
function colour(name) {
  probe.clearRect(0, 0, 1, 1);
  probe.fillStyle = getComputedStyle(document.body).getPropertyValue(name).trim();
  probe.fillRect(0, 0, 1, 1);
  const [red, green, blue] = probe.getImageData(0, 0, 1, 1).data;
  return `rgb(${red},${green},${blue})`;
}

function ink() {
  return {
    text: colour("--color-base-content"),
    mute: colour("--ink-2"),
    line: colour("--line"),
    edge: colour("--line-2"),
    bar: colour("--bar"),
    page: colour("--color-base-100"),
  };
}

/** What all kinds have. The tip is drawn on the canvas: its markup would need inline styles. */
function frame(colours) {
  const body = getComputedStyle(document.body);
  return {
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    textStyle: { fontFamily: body.fontFamily, color: colours.text },
    tooltip: {
      renderMode: "richText",
      confine: true,
      backgroundColor: colours.page,
      borderColor: colours.edge,
      textStyle: { color: colours.text, fontSize: 13 },
    },
  };
}

const words = (colours) => ({ color: colours.mute, fontSize: 12, hideOverlap: true });
const value = (colours, more) => ({
  type: "value",
  axisLabel: words(colours),
  axisLine: { lineStyle: { color: colours.edge } },
  splitLine: { lineStyle: { color: colours.line } },
  ...more,
});
const category = (colours, data, more) => ({
  type: "category",
  data,
  axisTick: { show: false },
  axisLabel: words(colours),
  axisLine: { lineStyle: { color: colours.edge } },
  ...more,
});
const zoom = (colours, n) => (n > 30 ? [{ type: "slider", height: 22, bottom: 4, textStyle: { color: colours.mute } }] : []);
const grid = (n) => ({ left: 8, right: 24, top: 16, bottom: n > 30 ? 40 : 8, outerBoundsMode: "same", outerBoundsContain: "axisLabel" });
const tip = (chart) => (mark) => `${chart.labels[mark.dataIndex]}: ${chart.texts[mark.dataIndex]}`;

function bars(chart, colours) {
  const data = chart.values.map((number) => ({
    value: number,
    itemStyle: { color: number === chart.top ? colours.text : colours.bar },
  }));
  const series = [{ type: "bar", data, barMaxWidth: 40, label: { show: false } }];
  const tooltip = { ...frame(colours).tooltip, formatter: tip(chart) };
  if (chart.kind === "ranked") {
    return {
      tooltip,
      grid: { left: 8, right: 64, top: 8, bottom: 8, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      xAxis: value(colours),
      yAxis: category(colours, chart.labels, { inverse: true, axisLabel: { color: colours.text, fontSize: 13, width: 150, overflow: "truncate" } }),
      series: [{ ...series[0], barMaxWidth: 16, label: { show: true, position: "right", color: colours.text, formatter: (mark) => chart.texts[mark.dataIndex] } }],
    };
  }
  const n = chart.labels.length;
  return { tooltip, grid: grid(n), dataZoom: zoom(colours, n), xAxis: category(colours, chart.labels), yAxis: value(colours), series };
}

function line(chart, colours) {
  const n = chart.labels.length;
  const data = chart.values.map((number, at) => [chart.places[at], number]);
  const nearest = (place) => chart.labels[chart.places.findIndex((known) => known >= place)] ?? "";
  return {
    tooltip: { ...frame(colours).tooltip, trigger: "axis", formatter: ([mark]) => tip(chart)(mark) },
    grid: grid(n),
    dataZoom: zoom(colours, n).map((part) => ({ ...part, labelFormatter: nearest })),
    xAxis: value(colours, { min: "dataMin", max: "dataMax", splitLine: { show: false }, axisLabel: { ...words(colours), formatter: nearest } }),
    yAxis: value(colours, { scale: true }),
    series: [{ type: "line", data, symbolSize: 5, showSymbol: n <= 60, lineStyle: { color: colours.bar, width: 2 }, itemStyle: { color: colours.bar } }],
  };
}

function pie(chart, colours) {
  const data = chart.values.map((number, at) => ({
    value: number,
    name: chart.labels[at],
    itemStyle: { color: at === 0 ? colours.text : colours.bar, opacity: at < 2 ? 1 : Math.max(0.25, 1 - at * 0.13), borderColor: colours.page, borderWidth: 2 },
  }));
  const tooltip = { ...frame(colours).tooltip, formatter: (mark) => `${mark.name}: ${chart.texts[mark.dataIndex]} (${mark.percent}%)` };
  return { tooltip, series: [{ type: "pie", radius: "70%", data, label: { color: colours.text }, labelLine: { lineStyle: { color: colours.edge } } }] };
}

function dots(chart, colours) {
  const [x, y] = chart.names;
  const tooltip = { ...frame(colours).tooltip, formatter: ({ data }) => `${x}: ${data[0]}\n${y}: ${data[1]}` };
  const axis = (name, more) => value(colours, { scale: true, name, nameLocation: "end", nameTextStyle: { color: colours.mute }, ...more });
  const series = [{ type: "scatter", data: chart.dots, symbolSize: 6, itemStyle: { color: colours.bar, opacity: 0.6 } }];
  return {
    tooltip,
    grid: { left: 8, right: 32, top: 32, bottom: 40, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    dataZoom: [{ type: "slider", height: 22, bottom: 4, textStyle: { color: colours.mute } }],
    xAxis: axis("", {}),
    yAxis: axis(y, {}),
    series,
  };
}

/** The least and the greatest of a coordinate, with room for the dots at the edge. */
function ends(places, at) {
  const [least, greatest] = places.reduce(([low, high], place) => [Math.min(low, place[at]), Math.max(high, place[at])], [Infinity, -Infinity]);
  const room = (greatest - least) * 0.02 || 0.01;
  return { min: least - room, max: greatest + room };
}

const MAP = { left: 64, right: 24, top: 24, bottom: 40 };

/** Places: both axes are zoomed together, so that the shape of what is shown stays. The wheel zooms with the
 * control key only, and goes on scrolling the page without it. */
function places(chart, colours) {
  const zoom = { type: "inside", filterMode: "none", zoomOnMouseWheel: "ctrl", preventDefaultMouseMove: false };
  const rounded = { ...words(colours), showMinLabel: false, showMaxLabel: false };
  const axis = (at) => value(colours, { ...ends(chart.dots, at), axisLabel: rounded });
  return {
    ...dots(chart, colours),
    grid: MAP,
    dataZoom: [{ ...zoom, xAxisIndex: 0 }, { ...zoom, yAxisIndex: 0 }],
    xAxis: axis(0),
    yAxis: axis(1),
  };
}

/** The height of a drawing for its width; of places such that a kilometre is as long upwards as across. */
function heightOf(chart, width) {
  if (chart.kind === "ranked") return chart.labels.length * ROW + 56;
  if (chart.kind !== "points") return null;
  const [longitude, latitude] = [ends(chart.dots, 0), ends(chart.dots, 1)];
  const shrinks = Math.max(0.1, Math.cos(((latitude.min + latitude.max) / 2) * (Math.PI / 180)));
  const ratio = (latitude.max - latitude.min) / ((longitude.max - longitude.min) * shrinks);
  return (width - MAP.left - MAP.right) * Math.min(1.6, Math.max(0.3, ratio)) + MAP.top + MAP.bottom;
}

const kinds = { ranked: bars, columns: bars, histogram: bars, line, pie, scatter: dots, points: places };

function draw(figure) {
  const data = JSON.parse(figure.dataset.chart);
  let chart = charts.get(figure);
  if (!chart) {
    const box = figure.querySelector(".ks-live");
    const fit = () => {
      const height = heightOf(data, box.clientWidth);
      if (height) box.style.height = `${Math.round(height)}px`;
    };
    fit();
    chart = init(box);
    charts.set(figure, chart);
    new ResizeObserver(() => {
      fit();
      chart.resize();
    }).observe(box);
  }
  const colours = ink();
  chart.setOption({ ...frame(colours), ...kinds[data.kind](data, colours) }, true);
}

function update() {
  for (const figure of document.querySelectorAll("figure[data-chart]")) {
    if (figure.dataset.live) draw(figure);
  }
}

document.addEventListener("ks-chart", update);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", update);
update();
