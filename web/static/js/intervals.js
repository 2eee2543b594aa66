"use strict";
{
  const data = JSON.parse(document.getElementById("chart-data").textContent);
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const short = new Intl.NumberFormat(document.documentElement.lang || "en", { notation: "compact", maximumSignificantDigits: 3 });
  const plots = [];
  const filled = (words, places) => words.replace(/\{(\w+)\}/g, (_, name) => places[name]);
  const range = (share, [low, high]) => filled(data.words.range, { share, low: short.format(low), high: short.format(high) });
  const spoken = (b) => filled(data.words.spoken, { title: b.title, median: short.format(b.median), low: short.format(b.p90[0]), high: short.format(b.p90[1]) });

  const scale = (outcome) => {
    const ends = outcome.bars.flatMap((bar) => bar.p90);
    const low = Math.min(...ends), high = Math.max(...ends);
    const missing = Math.max(0, outcome.least - (high - low)) / 2;
    return missing > 0 ? { min: Math.max(0, low - missing).toFixed(2), max: (high + missing).toFixed(2) } : {};
  };

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
      aria: { enabled: true, label: { description: `${outcome.title}. ${bars.map(spoken).join(". ")}.` } },
      grid: { left: 8, right: 24, top: 8, bottom: 4, containLabel: true },
      tooltip: {
        renderMode: "richText", confine: true,
        formatter: (p) => {
          const b = bars[p.dataIndex];
          return [b.title, filled(data.words.median, { median: short.format(b.median) }), range(50, b.p50), range(80, b.p80), range(90, b.p90)].join("\n");
        },
      },
      xAxis: { type: "value", scale: true, ...scale(outcome), splitNumber: 4, axisLabel: { color: soft, hideOverlap: true, formatter: (v) => short.format(v) }, splitLine: { lineStyle: { color: line } } },
      yAxis: { type: "category", inverse: true, data: bars.map((b) => b.title), axisLabel: { color: ink, width: 110, overflow: "break", lineHeight: 14 }, axisTick: { show: false }, axisLine: { show: false } },
      series: [{
        type: "custom",
        encode: { x: [1, 2, 3], y: 0 },
        data: bars.map((b, row) => [row, b.median, b.p90[0], b.p90[1]]),
        renderItem: (params, api) => {
          const row = params.dataIndex, b = bars[row];
          const middle = api.coord([b.median, row]);
          return { type: "group", children: [
            band(api, b.p90, row, 6, accent, 0.3),
            band(api, b.p80, row, 12, accent, 0.4),
            band(api, b.p50, row, 18, accent, 0.85),
            { type: "line", shape: { x1: middle[0], y1: middle[1] - 12, x2: middle[0], y2: middle[1] + 12 }, style: { stroke: ink, lineWidth: 2.5 } },
          ] };
        },
      }],
    };
  };

  // A long title breaks into lines, about so many signs each; the bars stand far enough apart for all of them.
  const height = (bars) => bars.length * Math.max(24, 14 * Math.ceil(Math.max(...bars.map((b) => b.title.length)) / 17) + 6) + 40;

  const draw = (outcomes, root) => {
    for (const outcome of outcomes) {
      const card = document.createElement("section");
      card.className = "chart";
      const title = document.createElement("h3");
      title.textContent = outcome.title;
      const unit = document.createElement("span");
      unit.className = "hint";
      unit.textContent = outcome.unit;
      const plot = document.createElement("div");
      plot.className = "plot";
      plot.style.height = `${height(outcome.bars)}px`;
      card.append(title, unit, plot);
      root.append(card);
      const chart = echarts.init(plot, null, { renderer: "svg" });
      chart.setOption(option(outcome));
      plots.push([chart, outcome]);
    }
  };

  draw(data.headlines, document.getElementById("headlines"));
  // A chart in a closed box has no size, so these wait until somebody looks.
  const more = document.getElementById("more-outcomes");
  more.addEventListener("toggle", () => draw(data.more, document.getElementById("more")), { once: true });
  window.addEventListener("resize", () => plots.forEach(([chart]) => chart.resize()));
  dark.addEventListener("change", () => plots.forEach(([chart, outcome]) => chart.setOption(option(outcome), true)));
}
