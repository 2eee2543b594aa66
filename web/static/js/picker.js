"use strict";
// Colleagues are fetched while a name is typed; whoever is chosen stays. Without a script the form's own button finds them.
for (const picker of document.querySelectorAll("[data-picker]")) {
  const field = picker.querySelector("input[type=search]");
  const picks = picker.querySelector(".picks");
  const said = picker.querySelector("[data-said]");
  const WAIT_MS = 150;
  let timer = 0, asked = 0;
  picker.querySelector("[data-find]").hidden = true;

  const show = (people) => {
    const chosen = [...picks.querySelectorAll("input:checked")];
    const kept = new Set(chosen.map((box) => box.value));
    const made = people.filter((one) => !kept.has(one.id)).map((one) => {
      const label = document.createElement("label");
      const box = document.createElement("input");
      const team = document.createElement("span");
      label.className = "pick";
      team.className = "hint";
      team.textContent = one.team;
      Object.assign(box, { type: picker.dataset.kind, name: picker.dataset.name, value: one.id });
      label.append(box, ` ${one.name} `, team);
      return label;
    });
    picks.replaceChildren(...chosen.map((box) => box.closest("label")), ...made);
  };

  const look = async () => {
    const mine = (asked += 1);
    const text = field.value.trim();
    if (!text) { show([]); said.textContent = ""; return; }
    try {
      const answer = await fetch(`/people/search?q=${encodeURIComponent(text)}`, { headers: { accept: "application/json" } });
      const people = answer.ok ? (await answer.json()).people : [];
      if (mine !== asked) return;
      show(people);
      said.textContent = people.length ? picker.dataset.some : picker.dataset.none;
    } catch {
      picker.querySelector("[data-find]").hidden = false;
    }
  };

  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, WAIT_MS); });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") { event.preventDefault(); clearTimeout(timer); look(); }
  });
  // Typed before this ran.
  if (field.value.trim() && !picks.childElementCount) look();
}
