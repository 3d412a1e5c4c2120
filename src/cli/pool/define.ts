/** The commands of a pool's operator: `poolsim pool …`. */
import type { Command } from "commander";
import type { Outcome } from "../help.js";
import type { Terminal } from "../terminal.js";
import { addPayouts } from "./payouts.js";

export function addPool(program: Command, terminal: Terminal, outcome: Outcome): void {
  const pool = program.command("pool").description("the books of a pool and its payouts");
  addPayouts(pool, terminal, outcome);
}
