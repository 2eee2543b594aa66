"use strict";
{
  const words = document.getElementById("words");
  const button = document.getElementById("copy");
  const status = document.getElementById("copied");
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = `${words.value.trim()} ${words.dataset.link}`.trim();
    try {
      await navigator.clipboard.writeText(text);
      status.textContent = "Copied. Paste it into your post.";
    } catch {
      words.value = text;
      words.select();
      status.textContent = "Select and copy the text above.";
    }
  });
}
