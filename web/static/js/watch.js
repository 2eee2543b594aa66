"use strict";
(async () => {
  const root = document.getElementById("watch"), canvas = document.getElementById("stage");
  const words = JSON.parse(document.getElementById("words").textContent);
  const answer = await fetch(root.dataset.source, { headers: { Accept: "application/json" } });
  const data = await answer.json();
  if (!data.days) return;
  const byId = (id) => document.getElementById(id);
  const [play, back, on, when, still, today, who, meet, reasons] = ["play", "back", "on", "when", "still", "today", "who", "meet", "reasons"].map(byId);
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const SHARE_DAYS = 7, FRAME_MS = 400;
  let day = 0, timer = 0;

  // Dots stand by segment and within it by team, in rows of each segment's own block.
  const order = data.people.map((_, row) => row).sort((a, b) => data.people[a][0] - data.people[b][0] || data.people[a][1] - data.people[b][1] || a - b);
  const last = data.days.map(() => new Map());
  data.days.forEach((one, at) => {
    for (const share of one.shares) for (let later = at; later < Math.min(data.days.length, at + SHARE_DAYS); later++) last[later].set(share[0], at);
  });

  const layout = () => {
    const width = root.clientWidth - 40, ratio = window.devicePixelRatio || 1;
    const columns = width < 500 ? 1 : Math.min(data.segments.length, 3), block = width / columns;
    const counts = data.segments.map((_, segment) => order.filter((row) => data.people[row][0] === segment));
    const size = width < 500 ? 8 : 12, across = Math.max(4, Math.floor((block - 24) / size));
    const heights = counts.map((rows) => 34 + Math.ceil(rows.length / across) * size);
    const places = new Map(), heads = [], tops = new Array(columns).fill(0);
    counts.forEach((rows, segment) => {
      const column = tops.indexOf(Math.min(...tops)), left = column * block + 8, top = tops[column];
      heads.push([data.segments[segment], left, top + 14]);
      rows.forEach((row, at) => places.set(row, [left + (at % across) * size + size / 2, top + 26 + Math.floor(at / across) * size + size / 2]));
      tops[column] += heights[segment] + 10;
    });
    const height = Math.max(...tops);
    canvas.width = width * ratio; canvas.height = height * ratio;
    return { width, height, ratio, places, heads, size };
  };

  const draw = () => {
    const { width, height, ratio, places, heads, size } = layout(), pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.fillStyle = token("--card"); pen.fillRect(0, 0, width, height);
    pen.font = "600 13px system-ui, sans-serif"; pen.fillStyle = token("--ink");
    for (const [title, x, y] of heads) pen.fillText(title, x, y);
    for (const [row, [x, y]] of places) {
      const since = last[day].get(row);
      pen.beginPath(); pen.arc(x, y, size * 0.36, 0, 7);
      pen.globalAlpha = since === undefined ? 0.35 : 1 - (day - since) / (SHARE_DAYS * 1.6);
      pen.fillStyle = since === undefined ? token("--soft") : token("--accent");
      pen.fill();
    }
    pen.globalAlpha = 1;
    const rings = (x, y, amount, colour, thick) => {
      if (!amount) return;
      pen.beginPath(); pen.arc(x, y, size * 0.5 + 2.2 * Math.sqrt(amount), 0, 7);
      pen.strokeStyle = colour; pen.lineWidth = thick; pen.stroke();
    };
    for (const [row, , viewers, , reposts, deep] of data.days[day].shares) {
      const place = places.get(row);
      if (!place) continue;
      rings(...place, viewers, token("--accent"), 1.5);
      rings(...place, 9 * reposts, token("--care"), 2);
      rings(...place, 25 * deep, token("--bad"), 2);
    }
  };

  const written = (digits, more) => {
    const signs = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: digits, maximumFractionDigits: digits, ...more });
    return (value) => signs.format(value).replace("-", "\u2212");
  };
  const level = written(3), factor = written(2), percent = written(1);
  const LEAST_TERM = 0.01, LEAST_CHANCE = 0.001;
  const chanceOf = (share) => share < LEAST_CHANCE ? `< ${percent(100 * LEAST_CHANCE)} %` : `${percent(100 * share)} %`;
  const mine = () => data.reasons.filter((one) => one[1] === Number(who.value));
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  const explain = () => {
    reasons.replaceChildren();
    const met = mine().filter((one) => one[0] === data.first_day + day);
    if (!met.length) { reasons.textContent = words.nothing; return; }
    for (const [, , item, chance, shared, base, ...terms] of met) {
      const title = document.createElement("h3");
      title.textContent = fill(shared ? words.shared : words.not, { item: data.items[item], chance: chanceOf(chance) });
      const list = document.createElement("dl");
      list.className = "terms";
      // Terms are added to the logarithm of the odds: each multiplies them.
      const start = fill(words.base, { chance: chanceOf(1 / (1 + Math.exp(-base))) });
      const rows = [[start, 0], ...data.terms.map((name, at) => [words.terms[name] ?? name, terms[at]]).filter(([, value]) => Math.abs(value) >= LEAST_TERM)];
      for (const [name, value] of rows) {
        const line = document.createElement("div"), word = document.createElement("dt"), amount = document.createElement("dd");
        word.textContent = name; amount.textContent = value ? `× ${factor(Math.exp(value))}` : "";
        line.className = value < 0 ? "against" : value ? "for" : "";
        line.append(word, amount); list.append(line);
      }
      reasons.append(title, list);
    }
  };

  // The pages write the day before the month in English too.
  const calendar = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
  const show = (to) => {
    day = Math.max(0, Math.min(data.days.length - 1, to));
    when.value = day;
    const date = new Date(`${data.first_date}T12:00:00Z`);
    date.setUTCDate(date.getUTCDate() + day);
    today.textContent = fill(words.day, { day: data.first_day + day, date: date.toLocaleDateString(calendar, { timeZone: "UTC", day: "numeric", month: "short", year: "numeric" }) });
    for (const cell of document.querySelectorAll("#moods [data-curve]")) cell.textContent = level(data.days[day].curves[Number(cell.dataset.curve)]);
    draw(); explain();
  };

  const tell = (spoken) => { for (const one of [today, reasons]) one.setAttribute("aria-live", spoken ? "polite" : "off"); };
  const pause = () => { clearInterval(timer); timer = 0; play.textContent = words.play; tell(true); };
  play.addEventListener("click", () => {
    if (timer) return pause();
    if (day === data.days.length - 1) show(0);
    play.textContent = words.pause;
    tell(false);
    timer = setInterval(() => { if (day >= data.days.length - 1) pause(); else show(day + 1); }, calm.matches ? 3 * FRAME_MS : FRAME_MS);
  });
  back.addEventListener("click", () => { pause(); show(day - 1); });
  on.addEventListener("click", () => { pause(); show(day + 1); });
  when.addEventListener("input", () => { pause(); show(Number(when.value)); });
  who.addEventListener("change", explain);
  meet.addEventListener("click", () => {
    const days = [...new Set(mine().map((one) => one[0] - data.first_day))].sort((a, b) => a - b);
    if (!days.length) return;
    pause();
    show(days.find((one) => one > day) ?? days[0]);
  });
  still.addEventListener("click", () => canvas.toBlob((blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob); link.download = `run-${data.run}-day-${data.first_day + day}.png`;
    link.click(); URL.revokeObjectURL(link.href);
  }));
  when.max = data.days.length - 1;
  for (const one of [play, back, on, when, still, meet]) one.hidden = false;
  window.addEventListener("resize", draw);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  show(0);
})();
