"use strict";
{
  const box = document.getElementById("how-far-box");
  const bar = document.getElementById("bar");
  const words = document.getElementById("progress");

  // The page itself is asked for what it shows: nothing is drawn twice.
  let asked = 0;
  const renew = async () => {
    const mine = ++asked;
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (!answer.ok || mine !== asked) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const open = [...document.querySelectorAll("#outcome details")].map((one) => one.open);
    document.getElementById("outcome").replaceWith(fresh.getElementById("outcome"));
    document.querySelectorAll("#outcome details").forEach((one, at) => { if (at in open) one.open = open[at]; });
    offer();
  };

  // A browser that can draw the file can give it as a picture.
  const asPicture = async (link) => {
    const source = await (await fetch(link.href)).text();
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(source)}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = 1280;
    canvas.height = 480;
    const area = canvas.getContext("2d");
    area.fillStyle = "#ffffff";
    area.fillRect(0, 0, canvas.width, canvas.height);
    area.drawImage(image, 0, 0, canvas.width, canvas.height);
    const save = document.createElement("a");
    save.href = canvas.toDataURL("image/png");
    save.download = link.dataset.name;
    save.click();
  };
  const offer = () => {
    document.querySelectorAll("a.as-png").forEach((link) => {
      link.hidden = false;
      link.addEventListener("click", (event) => {
        event.preventDefault();
        asPicture(link);
      });
    });
  };
  offer();

  if (box.dataset.stream) {
    let shown = Number(box.dataset.shown);
    const stream = new EventSource(box.dataset.stream);
    stream.addEventListener("progress", (event) => {
      const told = JSON.parse(event.data);
      words.textContent = told.words;
      bar.max = told.total || 1;
      bar.value = told.done;
      if (told.ended) {
        stream.close();
        location.reload();
      } else if (told.shown !== shown) {
        shown = told.shown;
        renew();
      }
    });
    addEventListener("pagehide", () => stream.close());
  }

  // Where the risks turn comes after the rehearsal; the page goes on by itself.
  const { follow, turned } = document.getElementById("outcome").dataset;
  if (follow) {
    let known = Number(turned);
    const later = new EventSource(follow);
    later.addEventListener("turned", (event) => {
      const told = JSON.parse(event.data);
      if (told.ended) later.close();
      if (told.ended || told.shown !== known) renew();
      known = told.shown;
    });
    addEventListener("pagehide", () => later.close());
  }
}
