"use strict";
{
  const form = document.getElementById("share");
  const words = document.getElementById("words");
  const open = document.getElementById("open");
  const copy = document.getElementById("copy");
  const shown = document.getElementById("posted");
  const status = document.getElementById("copied");
  const { template, link, disclosure } = form.dataset;
  const flat = (text) => text.normalize("NFKC").toLowerCase().split(/\s+/).join(" ").trim();
  // As the server composes it: the disclosure stands in what is posted, at the end where it was left out.
  const posted = () => {
    const own = words.value.trim();
    return !disclosure || flat(own).includes(flat(disclosure)) ? own : `${own} ${disclosure}`.trim();
  };
  const whole = () => `${posted()} ${link}`.trim();
  const encoded = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

  // Within the tap, so that the new tab does not take the focus before the text is copied.
  const copied = () => {
    let done = false;
    const put = (event) => {
      event.clipboardData.setData("text/plain", whole());
      event.preventDefault();
      done = true;
    };
    document.addEventListener("copy", put, { once: true });
    document.execCommand("copy");
    document.removeEventListener("copy", put);
    return done;
  };
  const tell = (done) => { status.textContent = done ? status.dataset.done : status.dataset.failed; };
  const take = () => {
    if (copied()) {
      tell(true);
    } else {
      navigator.clipboard.writeText(whole()).then(() => tell(true), () => { words.select(); tell(false); });
    }
  };

  let waiting = 0;
  const look = async () => {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("checks");
    if (found) document.getElementById("checks").replaceChildren(...found.childNodes);
  };
  const follow = () => {
    if (open && template) {
      open.href = template.replace("{text}", () => encoded(posted())).replace("{both}", () => encoded(whole()));
    }
    if (shown) shown.value = whole();
    clearTimeout(waiting);
    waiting = setTimeout(() => look().catch(() => {}), 700);
  };

  words.addEventListener("input", follow);
  copy.hidden = false;
  copy.addEventListener("click", take);
  document.getElementById("look").hidden = true;
  if (open && open.dataset.copies) {
    open.firstElementChild.textContent = open.dataset.copies;
    open.addEventListener("click", take);
  }
  // What was typed before this script was there counts too.
  if (words.value !== words.defaultValue) follow();
}
