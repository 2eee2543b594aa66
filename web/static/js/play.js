"use strict";
{
  // The page itself, asked for after a pause with what was typed so far.
  const form = document.getElementById("play");
  const live = document.getElementById("live");
  const PAUSE_MS = 300;
  let timer = 0, asked = null;

  const look = async () => {
    asked?.abort();
    const mine = (asked = new AbortController());
    const query = new URLSearchParams(new FormData(form)).toString();
    live.textContent = live.dataset.wait;
    try {
      const response = await fetch(`${form.action}?${query}`, { signal: mine.signal, headers: { Accept: "text/html" } });
      const answer = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = answer.getElementById("look");
      if (mine !== asked || !fresh) return;
      document.getElementById("look").replaceWith(document.adoptNode(fresh));
      history.replaceState(null, "", `?${query}`);
      live.textContent = answer.querySelector("[role=alert]")?.textContent ?? live.dataset.done;
    } catch (error) {
      if (error.name !== "AbortError") live.textContent = live.dataset.gone;
    }
  };

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE_MS);
  });

  // What was typed before this script was there is looked at too.
  if ([...form.elements].some((field) => "defaultValue" in field && field.value !== field.defaultValue)) look();
}
