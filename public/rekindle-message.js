// Shows a message that rekindle.js was given: as a banner over the lower edge, or as a dialog. All of it becomes text nodes.
(() => {
  const node = (name, style, text) => {
    const made = document.createElement(name);
    made.style.cssText = style;
    if (text) made.textContent = text;
    return made;
  };
  const isWeb = (link) => /^https?:\/\/[^\s\\]+$/i.test(link);

  // address: where what becomes of it is told.
  window.rekindleMessage = (message, address) => {
    const tell = (what) => fetch(new URL(what, address), { method: "POST", credentials: "omit", keepalive: true }).catch(() => {});
    // One that is open stays until it is closed.
    if (document.querySelector("[data-rekindle]")) return;
    const { background, text, accent, on_accent: onAccent } = message.colours;
    const isDialog = message.look == "dialog";
    const before = document.activeElement;
    const place = isDialog ? "position:fixed;inset:0;margin:auto;height:fit-content" : "position:fixed;inset:auto 0 0;margin:0 auto;z-index:2147483647";
    const box = node(
      isDialog ? "dialog" : "section",
      `all:initial;display:block;box-sizing:border-box;${place};width:min(100%,36rem);max-height:80vh;overflow:auto;padding:1.25rem;border:1px solid ${text};border-radius:.75rem;background:${background};color:${text};font:16px/1.5 system-ui,sans-serif;text-align:start;overflow-wrap:anywhere`,
    );
    if (isDialog) box.setAttribute("aria-modal", "true");
    box.setAttribute("aria-label", message.title || message.label);
    box.dataset.rekindle = "";
    box.lang = message.language;
    box.dir = message.direction;
    if (message.title) box.append(node("h2", "all:unset;display:block;margin:0 0 .5rem;font:600 1.15em/1.3 system-ui,sans-serif", message.title));
    for (const paragraph of message.paragraphs) box.append(node("p", "all:unset;display:block;margin:0 0 .75rem;white-space:pre-line", paragraph));

    const button = "all:unset;box-sizing:border-box;display:inline-block;cursor:pointer;margin:.25rem .5rem 0 0;padding:.6rem 1.1rem;border-radius:.5rem;border:1px solid";
    let isOpen = true;
    const end = (what) => {
      if (!isOpen) return;
      isOpen = false;
      document.removeEventListener("keydown", escape, true);
      const hadFocus = box.contains(document.activeElement);
      box.remove();
      if (hadFocus && before && before.focus) before.focus({ preventScroll: true });
      tell(what);
    };
    const escape = (event) => {
      if (event.key != "Escape" || event.defaultPrevented) return;
      event.preventDefault();
      end("closed");
    };
    const focused = (made) => {
      made.onfocus = () => (made.style.outline = "3px solid currentColor") && (made.style.outlineOffset = "2px");
      made.onblur = () => (made.style.outline = "none");
      return made;
    };
    const { action } = message;
    if (action && isWeb(action.link)) {
      const link = focused(node("a", `${button} ${accent};background:${accent};color:${onAccent};font-weight:600`, action.text));
      link.href = action.link;
      link.onclick = () => tell("clicked");
      box.append(link);
    }
    const close = focused(node("button", `${button} currentColor`, message.close));
    close.type = "button";
    close.onclick = () => end("closed");
    box.append(close);

    document.addEventListener("keydown", escape, true);
    document.body.append(box);
    if (isDialog) {
      box.addEventListener("cancel", (event) => {
        event.preventDefault();
        end("closed");
      });
      box.showModal();
    }
    tell("shown");
  };
})();
