// Lays out graphs with Graphviz and tells what is drawn: {texts} in, a list of SVG documents out.
import { readFileSync } from "node:fs";
import { Graphviz } from "@hpcc-js/wasm-graphviz";

const { texts } = JSON.parse(readFileSync(0, "utf8"));
const graphviz = await Graphviz.load();
const pictures = texts.map((text) => {
  try {
    return { svg: graphviz.layout(text, "svg", "dot") };
  } catch (error) {
    return { error: String(error.message ?? error) };
  }
});
process.stdout.write(JSON.stringify(pictures), () => process.exit(0));
