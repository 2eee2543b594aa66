"use strict";
{
  const data = JSON.parse(document.getElementById("chart-data").textContent);
  const root = document.getElementById("charts");
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const short = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });
  const plots = [];

  const band = (api, range, row, height, colour, opacity) => {
    const from = api.coord([range[0], row]);
    const to = api.coord([range[1], row]);
    return {
      type: "rect",
      shape: { x: from[0], y: from[1] - height / 2, width: Math.max(to[0] - from[0], 1), height, r: 2 },
      style: { fill: colour, opacity },
    };
  };

  const option = (outcome) => {
    const ink = token("--ink"), soft = token("--soft"), line = token("--line"), accent = token("--accent");
    const bars = outcome.bars;
    return {
      animation: false,
      aria: { enabled: true, label: { description: `${outcome.title}. ${bars.map((b) => `${b.title}: median ${short.format(b.median)}, nine runs in ten from ${short.format(b.p90[0])} to ${short.format(b.p90[1])}`).join(". ")}.` } },
      grid: { left: 8, right: 24, top: 8, bottom: 4, containLabel: true },
      tooltip: {
        renderMode: "richText", confine: true,
        formatter: (p) => {
          const b = bars[p.dataIndex];
          return `${b.title}\nmedian ${short.format(b.median)}\n50 %: ${short.format(b.p50[0])} to ${short.format(b.p50[1])}\n90 %: ${short.format(b.p90[0])} to ${short.format(b.p90[1])}`;
        },
      },
      xAxis: { type: "value", scale: true, splitNumber: 4, axisLabel: { color: soft, formatter: (v) => short.format(v) }, splitLine: { lineStyle: { color: line } } },
      yAxis: { type: "category", inverse: true, data: bars.map((b) => b.title), axisLabel: { color: ink, width: 130, overflow: "break" }, axisTick: { show: false }, axisLine: { show: false } },
      series: [{
        type: "custom",
        encode: { x: [1, 2, 3], y: 0 },
        data: bars.map((b, row) => [row, b.median, b.p90[0], b.p90[1]]),
        renderItem: (params, api) => {
          const row = params.dataIndex, b = bars[row];
          const middle = api.coord([b.median, row]);
          return { type: "group", children: [
            band(api, b.p90, row, 12, accent, 0.22),
            band(api, b.p80, row, 12, accent, 0.3),
            band(api, b.p50, row, 12, accent, 0.75),
            { type: "line", shape: { x1: middle[0], y1: middle[1] - 10, x2: middle[0], y2: middle[1] + 10 }, style: { stroke: ink, lineWidth: 2.5 } },
          ] };
        },
      }],
    };
  };

  for (const outcome of data.outcomes) {
    const card = document.createElement("section");
    card.className = "chart";
    const title = document.createElement("h3");
    title.textContent = outcome.title;
    const unit = document.createElement("span");
    unit.className = "hint";
    unit.textContent = outcome.unit;
    const plot = document.createElement("div");
    plot.className = "plot";
    card.append(title, unit, plot);
    root.append(card);
    const chart = echarts.init(plot, null, { renderer: "svg" });
    chart.setOption(option(outcome));
    plots.push([chart, outcome]);
  }
  window.addEventListener("resize", () => plots.forEach(([chart]) => chart.resize()));
  dark.addEventListener("change", () => plots.forEach(([chart, outcome]) => chart.setOption(option(outcome), true)));
}
