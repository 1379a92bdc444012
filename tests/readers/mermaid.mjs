// Draws Mermaid diagrams as a page does, and tells what a reader sees: {package, texts} in, a list of pictures out.
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

const { package: name, texts } = JSON.parse(readFileSync(0, "utf8"));
const { window } = new JSDOM("<!doctype html><body></body>", { pretendToBeVisual: true });
Object.assign(globalThis, { window, document: window.document });
for (const key of ["Element", "HTMLElement", "SVGElement", "Node", "DOMParser", "XMLSerializer", "MutationObserver", "CSSStyleSheet"]) {
  globalThis[key] ??= window[key];
}
// jsdom has no layout: everything has the same size, and labels are what counts here.
window.SVGElement.prototype.getBBox = () => ({ x: 0, y: 0, width: 100, height: 20 });
window.SVGElement.prototype.getComputedTextLength = () => 100;
globalThis.btoa = (text) => Buffer.from(text).toString("base64"); // boxes that overlap bring labels in here
console.log = console.info = console.debug = () => {};

const { default: mermaid } = await import(name);
mermaid.initialize({ startOnLoad: false, securityLevel: "strict" });

const pictures = [];
for (const [index, text] of texts.entries()) {
  try {
    const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
    const edges = db.getEdges().map((edge) => [edge.start, edge.end]);
    const { svg } = await mermaid.render(`picture${index}`, text);
    if (svg.includes("Maximum text size in diagram exceeded")) throw new Error("too long"); // what it draws instead
    const host = document.createElement("div");
    host.innerHTML = svg;
    const nodes = {};
    for (const node of host.querySelectorAll("g.node")) {
      const label = node.querySelector(".nodeLabel");
      const tags = [...label.querySelectorAll("*")].map((element) => element.localName);
      for (const br of label.querySelectorAll("br")) br.replaceWith("\n");
      nodes[/flowchart-(\w+)-\d+$/.exec(node.id)[1]] = { text: label.textContent, tags, classes: [...node.classList] };
    }
    pictures.push({ nodes, edges, links: host.querySelectorAll("a, script, img").length });
  } catch (error) {
    pictures.push({ error: String(error.message ?? error) });
  }
}
process.stdout.write(JSON.stringify(pictures), () => process.exit(0));
