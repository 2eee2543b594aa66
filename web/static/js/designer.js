"use strict";
{
  // The page itself, asked for after a pause with what was typed so far: only what is beside the cursor is put in its place.
  const editor = document.getElementById("editor");
  const live = document.getElementById("live");
  const PAUSE_MS = 350;
  let timer = 0, asked = null, edited = "";

  const side = (target) => (target.name === "text" ? "text" : "form");

  const put = (answer) => {
    for (const id of ["look", ...(edited === "text" ? ["side-form"] : [])]) {
      const fresh = answer.getElementById(id);
      if (fresh) document.getElementById(id).replaceWith(document.adoptNode(fresh));
    }
    if (edited === "form") mark(answer);
    // Both sides may have been typed in since the last look: then the text has both.
    const area = editor.elements.text, text = answer.getElementById("text").value;
    if (area.value !== text) {
      const [from, to] = [area.selectionStart, area.selectionEnd];
      area.value = text;
      if (edited === "text") area.setSelectionRange(from, to);
    }
    editor.elements.was.value = answer.querySelector("#editor [name=was]").value;
  };

  // While somebody types in the form its fields stay where they are; only their faults come and go.
  const mark = (answer) => {
    for (const field of document.querySelectorAll("#side-form [name]")) {
      const fresh = answer.getElementById(field.id);
      const old = document.getElementById(`${field.id}-fault`), told = answer.getElementById(`${field.id}-fault`);
      old?.remove();
      field.toggleAttribute("aria-invalid", Boolean(told));
      field.removeAttribute("aria-describedby");
      if (told && fresh) {
        field.setAttribute("aria-invalid", "true");
        field.setAttribute("aria-describedby", told.id);
        field.after(document.adoptNode(told));
      }
    }
  };

  const look = async () => {
    asked?.abort();
    const mine = (asked = new AbortController());
    const body = new FormData(editor);
    body.set("do", "look");
    live.textContent = live.dataset.wait;
    try {
      const response = await fetch(editor.action, { method: "POST", body, signal: mine.signal, headers: { Accept: "text/html" } });
      if (!response.ok) throw new Error(String(response.status));
      const answer = new DOMParser().parseFromString(await response.text(), "text/html");
      if (mine !== asked) return;
      put(answer);
      live.textContent = live.dataset.done;
    } catch (error) {
      if (error.name !== "AbortError") live.textContent = live.dataset.gone;
    }
  };

  editor.addEventListener("input", (event) => {
    // Whoever goes over to the other side has what was typed on this one brought there first.
    edited = side(event.target);
    asked?.abort();
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE_MS);
  });

  // What was typed before this script was there is looked at too.
  const early = [...editor.elements].find((field) => "defaultValue" in field && field.value !== field.defaultValue);
  if (early) {
    edited = side(early);
    look();
  }
}
