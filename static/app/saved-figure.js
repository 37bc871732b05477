// @ts-check
/**
 * Runs in the file that html-file.js writes, and nowhere else: draws the figure of that file in a sealed frame of the file's own, with
 * the renderer that is in it. The frame may do what it may on Sandplot's page, which is to draw, and the file's policy lets it fetch
 * nothing and go nowhere.
 */
(() => {
  const {
    kind,
    spec,
    renderer,
    faces: written,
    frame: html,
    failed,
    name,
  } = JSON.parse(document.getElementById("figure")?.textContent ?? "");
  const faces = written.map((/** @type {{bytes: string}} */ face) => ({
    ...face,
    bytes: Uint8Array.from(atob(face.bytes), (character) => character.charCodeAt(0)).buffer,
  }));
  const place = document.querySelector("figure");
  const note = document.querySelector("[role=status]");
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.setAttribute("allow", "");
  frame.title = document.title;
  frame.srcdoc = html;
  frame.addEventListener(
    "load",
    () => {
      const { port1: port, port2 } = new MessageChannel();
      port.onmessage = ({ data }) => {
        // What comes out of the frame is a number or it is words.
        const height = Number(data?.height);
        if (height > 0) frame.style.height = `${Math.min(4000, Math.max(40, height))}px`;
        if (note) note.textContent = data?.type === "failed" ? `${failed}${String(data.message).slice(0, 500)}` : "";
      };
      frame.contentWindow?.postMessage(null, "*", [port2]);
      port.postMessage({ type: "draw", kind, renderer, spec, faces, name });
    },
    { once: true },
  );
  place?.prepend(frame);
})();
