/** Writes src/sim/engine/draw-loops-code.ts. A test compares the two. */
import { writeFileSync } from "node:fs";
import { drawLoopsCode } from "./draw-loops.js";

writeFileSync(
  new URL("../src/sim/engine/draw-loops-code.ts", import.meta.url),
  await drawLoopsCode(),
);
