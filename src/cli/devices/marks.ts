/** How tables of figures mark what was not measured. */
import type { Basis } from "../../sim/network/devices.js";

/** Before a figure: nothing where it was measured, or follows from what was. */
export const MARKS: Readonly<Record<Basis, string>> = {
  measured: "",
  derived: "",
  interpolated: "~",
  guess: "?",
};
